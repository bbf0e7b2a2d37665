"""The phone protocol (SYNC 3): devices, scoped pull, batched push of operations, photos with the phone's own ids.

A phone may be offline all day. What it sends is kept before it is judged, has one effect however often it comes,
and gets an answer of its own; what it reads is the ground of its post and nothing else.
"""
