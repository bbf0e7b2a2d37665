"""Office papers 公文: what an office prints, signs and files, in the frame of GB/T 9704 (UX 1c).

A paper shows what its reader may see, no more: masked, and of a confidential matter the edited copy. Its number
is given when it is signed, without a gap for each organ, kind and year; until then it prints as a draft.
"""
