"""The app in a browser.

judging.py    the page for judges of poems
listening.py  what all servers here need
server.py     each viewer gets an app of their own
viewer.py     that app's process
returning.py  apps that wait for viewers who reload their page
access.py     who may see it
"""
