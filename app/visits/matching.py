"""When a visit serves a task, written once as SQL for the two statements that ask it (DOMAIN R4.1, R4.5).

A visit `v` covers a task `t` of rule `r` when the rule takes its kind and way, the task's stretch holds its
corrected time and, for a contact duty, its author or a companion holds the post. A refusal ends every task of the
household whose stretch holds it: nobody is asked twice. Being not at home serves nothing.
"""

# A task in hours begins with the change it came from, and is served by the first visit after that, late or not.
HELD = """case when t.due_at is null
    then (v.at at time zone 'Asia/Shanghai')::date between t.starts_on and t.ends_on
    else v.at >= t.due_at - make_interval(hours => coalesce(r.hours, 24)) end"""
# A stretch belongs to the rule in force on its first day: what an earlier version had asked for is served no more.
RULED = "(r.valid_to is null or r.valid_to > t.starts_on)"
TAKEN = "v.kind = any(r.kinds) and v.way = any(r.ways)"
OWN = "(t.post_id is null or t.post_id = v.post_id or t.post_id in ({companions}))"


def serves(companions: str) -> str:
    """The condition on `v`, `t` and `r`; `companions` selects the posts that came along with `v`."""
    own = OWN.format(companions=companions)
    return f"{RULED} and {HELD} and (v.result = 'refused' or (v.result = 'met' and {TAKEN} and {own}))"


def told(type_: str, rows: str, *, kind: str = "upsert", grid: str = "grid_id") -> str:
    """Feed rows of what a common table expression gave back (id, rev, grid_id, household_id), as a SELECT in the
    order of the feed's columns. The id is made of what changed, so that a change is told once.
    """
    key = f"'{type_}/{kind}/' || id || '/' || rev || '/' || coalesce({grid}::text, '')"
    columns = f"md5({key})::uuid, '{type_}', id, '{kind}', {grid}, household_id, null::uuid, %(now)s::timestamptz"
    return f"select {columns} from {rows}"  # noqa: S608  # our own names


FEED = "(id, type, entity_id, kind, grid_id, household_id, to_id, at)"
