"""What the law asks of whoever keeps personal data: an inventory, an end for each class, rights, audits.

`inventory` names every class of personal data with its purpose, basis, readers and period; a test finds any column
that none of them names. `retention` ends what is past its period, unless a legal hold keeps it; `requests` and
`copies` answer a person who asks (PIPL 44-50); `reads` shows the auditor who read what and what a stolen login saw
(PIPL 57); `impact` writes the assessment (PIPL 55-56). Above every feature that keeps such data.
"""
