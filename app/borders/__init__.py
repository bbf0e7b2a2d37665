"""What offices lay down about their ground: border agreements, what a dedicated grid minds, names of estates.

Terms: border_agreement 边界协议, lead 牵头, dedicated grid 专属网格, estate 小区.
Tier: beside whistles, above issues, whose categories a dedicated grid owns. Locating itself asks nothing of this
package: it reads the rows (app/grid/locate.py).
"""
