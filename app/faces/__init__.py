"""The four faces (resident `r`, grid worker `w`, street desk `d`, department `i`): their built pages, and what
a page may not decide itself: words, step forms, the base map. Above every feature, because a page shows them all.
"""
