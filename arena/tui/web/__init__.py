"""The app in a browser.

server.py   each viewer gets an app of their own
viewer.py   that app's process
access.py   who may see it
"""
