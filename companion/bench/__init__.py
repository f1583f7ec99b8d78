"""Measurements: each module measures one thing on its own data and returns plain figures.

speed        what issue 2 asks of speed and size, in one run
exchanges    Companion's turns against bare llama.cpp, in this process
processes    whole programs from the outside: `companion say`, the app's first frame, their memory
terminal     a program in a pseudo terminal
"""
