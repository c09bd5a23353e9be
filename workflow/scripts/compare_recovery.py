"""stub until recovery.py"""
