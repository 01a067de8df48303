"""The demo: an invented district on real community names, told by the same actions that people use.

Its totals are those of the first source report (row Z9 of the mission): 106 communities and villages, 1,640
households, 57 enterprises and institutions, 23 clues, 87 hazards rectified, 26 disputes resolved.
"""
