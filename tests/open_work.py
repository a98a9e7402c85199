"""What the acme company has to do now, as its rows tell: whose turn it is, and when something is due next."""

OPEN_WORK = """
select 'inbox' where exists (select 1 from inbox x where corp = 'acme' and state = 'new' and run_at <= :now
        and not exists
            (select 1 from inbox o where o.corp = 'acme' and o.lane = x.lane and o.id < x.id and o.state = 'new'))
union all
select 'outbox' where exists (select 1 from outbox where corp = 'acme' and state = 'sending')
    or exists (select 1 from outbox x where corp = 'acme' and state = 'queued' and run_at <= :now and not exists
            (select 1 from outbox o where o.corp = 'acme' and o.lane = x.lane and o.id < x.id
             and o.state in ('queued', 'sending')))
union all
select 'unknown' where exists
    (select 1 from outbox where corp = 'acme' and state = 'unknown' and purpose <> 'reach' and run_at <= :now)
union all
select 'due' where exists (select 1 from due where corp = 'acme' and state = 'new' and run_at <= :now)
union all
select 'job' where exists (select 1 from job where corp = 'acme' and state = 'new' and run_at <= :now)
union all
select 'connectors' where exists
    (select 1 from connector_call where corp = 'acme' and state = 'new' and run_at <= :now)
union all
select 'webhooks' where exists
    (select 1 from webhook_delivery x where corp = 'acme' and state = 'new' and run_at <= :now
            and not exists (select 1 from webhook_delivery o where o.corp = 'acme' and o.lane = x.lane and o.id < x.id
                            and o.state = 'new'))
union all
select 'photos' where exists (select 1 from photo where corp = 'acme' and state = 'new' and run_at <= :now)
union all
select 'imports' where exists
    (select 1 from import_batch where corp = 'acme' and state in ('checking', 'running', 'undoing') and run_at <= :now)
"""
NEXT_DUE = "select min(run_at) from due where corp = 'acme' and state = 'new'"
BESIDE = {"outbox": ("outbox", "welcome", "reach")}  # where a table's rows are for several workers
