"""Printing: office papers and signs as PDF, by Typst from template files. Knows paper and fonts, no office.

Data reach a template as JSON only (`said`), never as markup: whatever a person typed is text on the paper.
"""
