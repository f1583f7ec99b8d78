"""Speech: replies read aloud, and dictation, in a process of its own.

spoken       what of a reply is said, sentence by sentence; pure
shelf        voices and models for dictation: files that the person put there
messages     what the two processes tell each other
client       the interface's end: starts the process, and is told when it is gone
process      the other end: reads the pipe, and lets the two workers below do what is asked
saying       synthesis and playing, each in a thread, stopped between two blocks of sound
hearing      recording, and what was said put into words
parts        what the libraries do, behind three small protocols
piper_voice, whisper_ears, sound     the only importers of piper, faster_whisper and sounddevice
"""
