"""Months and digits as the world's newspapers print them, and the Persian calendar."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

# A month begins at the margin, January first. Arabic has three sets of names: Egypt and the Gulf
# take the Latin ones, the Levant and Iraq the Syriac ones, the Maghreb the French ones.
_MONTHS = """
january січ jan janvier janv januar jänner jän enero ene janeiro gennaio gen januari
    janúar января январь янв січня січень студзеня януари ιανουαρίου ιαν ocak oca
    stycznia styczeń sty leden ledna január januára ianuarie ian siječnja siječanj
    januarja јануар tammikuuta tammikuu jaanuar janvāris sausio يناير كانون_الثاني
    جانفي ژانویه جنوری जनवरी जन জানুয়ারি జనవరి ஜனவরி জানুয়ারী januarie januwari
    ม.ค. มกราคม ינואר yanvar қаңтар იანვარი urtarrila gener xaneiro
february лют feb février févr fév februar feber febrero fevereiro fev febbraio februari
    febrúar февраля февраль фев лютого лютий февруари φεβρουαρίου φεβ şubat şub
    lutego luty lut únor února február februára februarie veljače veljača фебруар
    helmikuuta helmikuu veebruar februāris vasario فبراير شباط فيفري فوریه فروری
    फरवरी फ़रवरी फर ফেব্রুয়ারি ఫిబ్రవరి februarja ก.พ. กุมภาพันธ์ פברואר fevral
    ақпан თებერვალი otsailaren febrer pebruari
march бер mar mars märz mär maerz marzo março marco maret mac maart mrt марта март мар
    березня березень mart marca marzec marec března březen martie ožujka ožujak
    maaliskuuta maaliskuu märts marts kovo مارس آذار اذار مارچ मार्च মার্চ మార్చి
    มี.ค. มีนาคม מרץ מרס наурыз მარტი martxoaren març
april квіт apr avril avr abril abr aprile апреля апрель апр квітня квітень април απριλίου
    απρ nisan nis kwietnia kwiecień kwi duben dubna apríl apríla aprilie travnja
    travanj aprila huhtikuuta huhtikuu aprill aprīlis balandžio أبريل ابريل نيسان
    أفريل افريل إبريل آوریل اپریل अप्रैल এপ্রিল ఏప్రిల్ เม.ย. เมษายน אפריל aprel
    сәуір აპრილი apirilaren
may مه трав mai mayo maio maggio mag mei maj mája maja май мая травня травень мај μαΐου μαι
    mayıs máj květen května svibnja svibanj toukokuuta toukokuu maijs gegužės مايو
    أيار ايار ماي مای مئی मई মে మే พ.ค. พฤษภาคม מאי мамыр მაისი maiatzaren maig maí
june черв jun juin juni junio junho giugno giu jún júní июня июнь июн червня червень юни
    ιουνίου ιουν haziran haz czerwca czerwiec cze červen června júna iunie lipnja
    lipanj junija јун kesäkuuta kesäkuu juuni jūnijs birželio يونيو حزيران جوان
    يونيه ژوئن جون जून জুন జూన్ มิ.ย. มิถุนายน יוני iyun маусым ივნისი ekainaren
    juny
july лип jul juillet juil juli julio julho luglio lug júl júlí июля июль июл липня
    липень юли ιουλίου ιουλ temmuz tem lipca lipiec lip červenec července júla iulie
    srpnja srpanj julija јул heinäkuuta heinäkuu juuli jūlijs liepos يوليو تموز
    جويلية يوليه ژوئیه جولای جولائی जुलाई জুলাই జులై ก.ค. กรกฎาคม יולי iyul шілде
    ივლისი uztailaren juliol
august серп aug août aout agosto ago agustus ogos augustus августа август авг серпня
    серпень αυγούστου αυγ ağustos ağu sierpnia sierpień sie srpen srpna augusta
    kolovoza kolovoz avgust avgusta аугуст elokuuta elokuu augusts rugpjūčio أغسطس
    اغسطس آب اب أوت اوت آگوست اگست अगस्त আগস্ট ఆగస్టు ส.ค. สิงหาคม אוגוסט avqust
    тамыз აგვისტო abuztuaren agost ágúst
september вер sep sept septembre septiembre setiembre setembro set settembre сентября
    сентябрь сен сент вересня вересень септември σεπτεμβρίου σεπ eylül eyl września
    wrzesień wrz září septembra septembrie rujna rujan септембар syyskuuta syyskuu
    septembris rugsėjo سبتمبر أيلول ايلول شتنبر سپتامبر ستمبر सितंबर सितम्बर
    সেপ্টেম্বর సెప్టెంబర్ ก.ย. กันยายน ספטמבר sentyabr қыркүйек სექტემბერი irailaren
    setembre
october жовт oct octobre oktober okt octubre outubro out ottobre ott octombrie октября
    октябрь окт жовтня жовтень октомври οκτωβρίου οκτ ekim eki października
    październik paź říjen října október októbra oktobra октобар lokakuuta lokakuu
    oktoober oktobris spalio أكتوبر اكتوبر تشرين_الأول تشرين_الاول اکتبر اکتوبر
    अक्टूबर अक्तूबर অক্টোবর అక్టోబర్ ต.ค. ตุลาคม אוקטובר oktyabr қазан ოქტომბერი
    urriaren
november лист nov novembre noviembre novembro nopember noiembrie ноября ноябрь ноя
    листопада листопад ноември νοεμβρίου νοε kasım kas listopada listopad lis
    novembra studenoga studeni новембар marraskuuta marraskuu novembris lapkričio
    نوفمبر تشرين_الثاني نونبر نوامبر نومبر नवंबर नवम्बर নভেম্বর నవంబర్ พ.ย.
    พฤศจิกายน נובמבר noyabr қараша ნოემბერი azaroaren
december груд dec décembre déc dezember dez diciembre dic dezembro dicembre desember des
    disember decembrie декабря декабрь дек грудня грудень декември δεκεμβρίου δεκ
    aralık ara grudnia grudzień gru prosinec prosince decembra prosinca децембар
    joulukuuta joulukuu detsember decembris gruodžio ديسمبر كانون_الأول كانون_الاول
    دجنبر دسامبر دسمبر दिसंबर दिसम्बर ডিসেম্বর డిసెంబర్ ธ.ค. ธันวาคม דצמבר dekabr
    желтоқсан დეკემბერი abenduaren desembre
"""
_PERSIAN = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
_AFGHAN = (
    "حمل",
    "ثور",
    "جوزا",
    "سرطان",
    "اسد",
    "سنبله",
    "میزان",
    "عقرب",
    "قوس",
    "جدی",
    "دلو",
    "حوت",
)
_ONE_MONTH = re.compile(r"\n(?! )")
_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u200c\u200d\u0307]")
_LETTERS = str.maketrans("يىكأإآٱ", "ییکاااا")


def fold_date(text: str) -> str:
    """Return *text* with ASCII digits and one spelling of each letter, in lower case."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        text = _MARKS.sub("", text).translate(_LETTERS)
        text = "".join(_digit(c) if c.isdecimal() else c for c in text)
    return text


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character))


def _months() -> dict[str, int]:
    table: dict[str, int] = {}
    for number, line in enumerate(_ONE_MONTH.split(_MONTHS.strip()), start=1):
        for name in line.split():
            folded = fold_date(name.replace("_", " ")).strip()
            table.setdefault(folded.removesuffix("."), number)
    return table


MONTHS = _months()
PERSIAN_MONTHS = {
    fold_date(name): number
    for names in (_PERSIAN, _AFGHAN)
    for number, name in enumerate(names, start=1)
}


# What the count below reaches on the day before 1 January of the year 1.
_BEFORE_YEAR_ONE = 356_033


def from_solar_hijri(year: int, month: int, day: int) -> date:
    """Return the Gregorian date of a Solar Hijri one; raises ValueError if impossible.

    Borkowski's 33-year cycle of eight leap years, exact from 1244 to 1530 AP.
    """
    if not (1244 <= year <= 1530 and 1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"no Solar Hijri date: {year}-{month}-{day}")
    if month > 6 and day > 30:
        raise ValueError(f"no Solar Hijri date: {year}-{month}-{day}")
    before = (month - 1) * 31 if month <= 7 else 186 + (month - 7) * 30
    shifted = year + 1595
    days = 365 * shifted + shifted // 33 * 8 + (shifted % 33 + 3) // 4 + before + day
    return date.fromordinal(days - _BEFORE_YEAR_ONE)
