"""The Textual app. Nothing outside this package imports Textual.

app.py         themes, screens, and what they share
themes.py      the app's own themes
filters.py     what makes every screen legible and harmless
own_keys.py    a person's own keys
own_themes.py  a person's own themes
copying.py     what a screen says, for the clipboard
terminal.py    the terminal that it runs in
page_keys.py   the keys that work now, told to the page in a browser
screens/       one file per screen
widgets/       what screens are made of
web/           the app in a browser
"""
