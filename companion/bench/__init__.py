"""Measurements: each module measures one thing on its own data and returns plain figures.

speed        how fast this machine is: first token, memory, start, beside bare llama.cpp
recalling    how well recall finds what is needed (scoring, replay, baselines, histories); plot draws it
training     the reranker's weights from histories (examples, learning)
adapting     what learning from use does to ordinary and to biased persons
answers      how right the model answers with and without memory (given, answer_prompts, answer_scoring)
scale        how everything grows with what is remembered (made_up, exchanges_at_size)
exchanges    Companion's turns against bare llama.cpp, in this process
processes    whole programs from the outside: `companion say`, the app's first frame, their memory
terminal     a program in a pseudo terminal
"""
