"""The names of browsers and systems, by what a browser says it is. They are their makers', in every language."""

import re

# The first that is found counts: most browsers also say that they are Chrome, and Chrome that it is Safari.
BROWSERS = {
    r"Edg(?:e|A|iOS)?/": "Edge",
    r"OPR/|Opera": "Opera",
    r"MicroMessenger/": "WeChat",
    r"DingTalk": "DingTalk",
    r"QQBrowser/": "QQ Browser",
    r"UCBrowser/": "UC Browser",
    r"360SE|360EE|QihooBrowser": "360",
    r"UOSBrowser|UBrowser/": "UOS Browser",
    r"Firefox/|FxiOS/": "Firefox",
    r"Chrome/|CriOS/|Chromium/": "Chrome",
    r"Version/.*Safari/": "Safari",
    r"MSIE |Trident/": "Internet Explorer",
}
SYSTEMS = {
    r"OpenHarmony|HarmonyOS": "HarmonyOS",
    r"Windows": "Windows",
    r"iPhone|iPad": "iOS",
    r"Android": "Android",
    r"Mac OS X": "macOS",
    r"Linux|X11": "Linux",
}


def device_name(agent: str) -> str:
    """Browser and system, such as "Chrome · Windows"; the one that is known where only one is; else "".

    >>> device_name("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0 Safari/537.36")
    'Chrome · Linux'
    """
    found = [_first(agent, BROWSERS), _first(agent, SYSTEMS)]
    return " · ".join(each for each in found if each)


def _first(agent: str, names: dict[str, str]) -> str:
    return next((name for pattern, name in names.items() if re.search(pattern, agent)), "")
