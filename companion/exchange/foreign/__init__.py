"""What other programs export: conversations, characters, diaries.

opening, sniffing     what was given, and which form its files have
chatgpt, claude, character_ai, sillytavern, histories, diary (diary_days)     chats of each form, as `given.Chat`
cards                 characters, as `given.Character`
planning              what taking it in would do
taking_in             conversations with their dates, moments that wait to be confirmed, personas
"""
