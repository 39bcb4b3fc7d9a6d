"""How the tiny base model beside this package was made: `python -m afs.quickstart.tinymodel --output DIR`.

It learns from the Python standard library and from synthetic chats about invented symbols, and
from nothing else. The quickstart never runs this; it is here so that anyone can check the shipped
weights' origin, or make others.
"""
