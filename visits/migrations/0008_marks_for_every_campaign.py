"""A visit counts for every campaign that holds its door and runs on its day: each of them is marked, not its own alone.

What is marked in vain costs a count that says the same, so the days are taken roughly: a moment has another day in another
zone. What was kept so far is counted in the former way, and told apart by its number (`COUNTING`).
"""

from importlib import import_module

from django.db import migrations

former = import_module("visits.migrations.0006_marks_by_the_database")

PICTURE = former.picture([*former.VISIT, "received_at"])
DOOR = former.picture(former.WHERE_IT_STANDS + former.OF_A_DOOR)
RUNS = """
        JOIN campaigns_campaign c ON c.id = f.campaign_id
            AND (c.id = {visit}.campaign_id OR {visit}.started_at BETWEEN c.starts_on - 1 AND c.ends_on + 2)"""

MARKS = f"""
CREATE OR REPLACE FUNCTION doorstep_new_visits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM added LIMIT {former.MANY + 1}) AS few) > {former.MANY} THEN
        INSERT INTO visits_tallymark (campaign_id, area_id, unit_id)
        SELECT DISTINCT f.campaign_id, f.area_id, u.unit_id
        FROM added a JOIN campaigns_framedoor f ON f.premises_id = a.premises_id {RUNS.format(visit="a")}
        CROSS JOIN LATERAL (VALUES (a.unit_id), (f.unit_id)) AS u(unit_id);
    ELSE
        INSERT INTO visits_tallymark (campaign_id, area_id, unit_id, premises_id, visit_id)
        SELECT f.campaign_id, f.area_id, u.unit_id, a.premises_id, a.id
        FROM added a JOIN campaigns_framedoor f ON f.premises_id = a.premises_id {RUNS.format(visit="a")}
        CROSS JOIN LATERAL (SELECT a.unit_id UNION SELECT f.unit_id) AS u(unit_id);
    END IF;
    RETURN NULL;
END $$;

-- Corrected by its author, voided, moved to the door that its door was merged into; or purged.
CREATE OR REPLACE FUNCTION doorstep_changed_visit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    after visits_visit := CASE WHEN TG_OP = 'UPDATE' THEN NEW ELSE OLD END;
BEGIN
    INSERT INTO visits_tallymark (campaign_id, area_id, unit_id, premises_id, visit_id, before)
    SELECT DISTINCT f.campaign_id, f.area_id, u.unit_id, v.premises_id, v.id,
        CASE WHEN OLD.voided_at IS NULL THEN {PICTURE} END
    FROM (VALUES (OLD.id, OLD.campaign_id, OLD.premises_id, OLD.unit_id, OLD.started_at),
        (after.id, after.campaign_id, after.premises_id, after.unit_id, after.started_at)
    ) AS v(id, campaign_id, premises_id, unit_id, started_at)
    JOIN campaigns_framedoor f ON f.premises_id = v.premises_id {RUNS.format(visit="v")}
    CROSS JOIN LATERAL (VALUES (v.unit_id), (f.unit_id)) AS u(unit_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION doorstep_new_doors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM added LIMIT {former.MANY + 1}) AS few) > {former.MANY} THEN
        INSERT INTO visits_tallymark (campaign_id, area_id, unit_id)
        SELECT DISTINCT campaign_id, area_id, unit_id FROM added;
    ELSE
        INSERT INTO visits_tallymark (campaign_id, area_id, unit_id, premises_id)
        SELECT a.campaign_id, a.area_id, u.unit_id, a.premises_id
        FROM added a CROSS JOIN LATERAL (
            SELECT a.unit_id UNION SELECT v.unit_id FROM visits_visit v WHERE v.premises_id = a.premises_id
        ) AS u(unit_id);
    END IF;
    RETURN NULL;
END $$;

-- Confirmed gone, could not be met or could after all; or merged away.
CREATE OR REPLACE FUNCTION doorstep_changed_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_tallymark (campaign_id, area_id, unit_id, premises_id, before)
    SELECT OLD.campaign_id, OLD.area_id, u.unit_id, OLD.premises_id, {DOOR}
    FROM (
        SELECT OLD.unit_id UNION SELECT v.unit_id FROM visits_visit v WHERE v.premises_id = OLD.premises_id
    ) AS u(unit_id);
    RETURN NULL;
END $$;

-- Moved: to another unit, another community. Both are counted anew.
CREATE OR REPLACE FUNCTION doorstep_moved_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_tallymark (campaign_id, area_id, unit_id)
    SELECT DISTINCT d.campaign_id, d.area_id, u.unit_id
    FROM (VALUES (OLD.campaign_id, OLD.area_id, OLD.unit_id, OLD.premises_id),
        (NEW.campaign_id, NEW.area_id, NEW.unit_id, NEW.premises_id)) AS d(campaign_id, area_id, unit_id, premises_id)
    CROSS JOIN LATERAL (
        SELECT d.unit_id UNION SELECT v.unit_id FROM visits_visit v WHERE v.premises_id = d.premises_id
    ) AS u(unit_id);
    RETURN NULL;
END $$;

-- A campaign's days moved: what was logged for others at its doors may count for it now, or no longer.
CREATE FUNCTION doorstep_moved_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_tallymark (campaign_id, area_id, unit_id)
    SELECT DISTINCT f.campaign_id, f.area_id, u.unit_id
    FROM campaigns_campaign o
    JOIN visits_visit v ON v.campaign_id = o.id
        AND v.started_at BETWEEN least(OLD.starts_on, NEW.starts_on) - 1 AND greatest(OLD.ends_on, NEW.ends_on) + 2
    JOIN campaigns_framedoor f ON f.campaign_id = NEW.id AND f.premises_id = v.premises_id
    CROSS JOIN LATERAL (VALUES (v.unit_id), (f.unit_id)) AS u(unit_id)
    WHERE o.id <> NEW.id AND o.starts_on <= greatest(OLD.ends_on, NEW.ends_on)
        AND o.ends_on >= least(OLD.starts_on, NEW.starts_on);
    RETURN NULL;
END $$;
CREATE TRIGGER tally_mark_days AFTER UPDATE ON campaigns_campaign
    FOR EACH ROW WHEN ({former.differs(["starts_on", "ends_on"])}) EXECUTE FUNCTION doorstep_moved_days();
"""  # noqa: S608 - put in are column names and a number from the migrations, written once; PostgreSQL takes no parameters in a function

BACK = """
DROP TRIGGER tally_mark_days ON campaigns_campaign;
DROP FUNCTION doorstep_moved_days();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_indexes_that_serve"),
        ("visits", "0007_doors_of_a_month"),
    ]

    operations = [
        # Visits of a door are read whichever campaign they were logged for (`visit_history`).
        migrations.RemoveIndex(model_name="visit", name="visit_of_door"),
        migrations.RunSQL(MARKS, BACK + former.BACK + former.VISITS + former.FRAME),
    ]
