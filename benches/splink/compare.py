#!/usr/bin/env python3
"""Leadloom beside Splink on the same file, in the same run: times and F1 of both.

Needs a release build, and Splink 5 or 4 with DuckDB in an environment of their own. Run by hand:

    python3 -m venv /tmp/splink && /tmp/splink/bin/pip install splink duckdb
    /tmp/splink/bin/python benches/splink/compare.py contacts.csv contacts_truth.csv [--leadloom target/release/leadloom]

The file has the columns rec_id, first_name, last_name, title, company, domain, email, phone, mobile, linkedin, city,
country; the truth rec_id and entity_id. Splink gets the same file after a light cleaning in SQL and a model written as
its guides advise: names compared with frequencies and Jaro-Winkler, employer evidence as one comparison, parameters
estimated from random pairs and by expectation maximisation. Both are measured on pairs: Leadloom's at even odds,
Splink's at even odds and at the threshold that is best for it, which it could not know. Beside the time on the wall
stand processor time (user and system) and the most memory held, because a busy machine stretches the wall.
"""
import argparse
import json
import resource
import subprocess
import sys
import time


def spent(who):
    used = resource.getrusage(who)
    return {"cpu_seconds": round(used.ru_utime + used.ru_stime, 1), "peak_mb": used.ru_maxrss // 1024}


def leadloom(program, file, truth):
    start = time.perf_counter()
    words = [program, "dedupe", file, "--kind", "contact", "--truth", truth, "--json"]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"leadloom ended with {done.returncode}: {done.stderr}")
    seconds = time.perf_counter() - start
    found = json.loads(done.stdout.splitlines()[-1])
    measure = found["truth"]
    return {
        "tool": "leadloom",
        "seconds": round(seconds, 1),
        **spent(resource.RUSAGE_CHILDREN),
        "f1": round(measure["pairs"]["f1"], 4),
        "best_f1": round(measure["best_f1"], 4),
        "clusters_f1": round(measure["clusters"]["f1"], 4),
    }


CLEAN = """
create table records as
select rec_id as unique_id,
       nullif(lower(strip_accents(trim(first_name))), '') as first_name,
       nullif(lower(strip_accents(trim(last_name))), '') as last_name,
       nullif(lower(trim(title)), '') as title,
       nullif(trim(regexp_replace(lower(strip_accents(company)), '[^a-z0-9 ]|\\b(inc|ltd|llc|gmbh|bv|sa|ag|ab|plc|limited)\\b', '', 'g')), '')
           as company,
       nullif(regexp_replace(lower(domain), '^https?://|^www\\.|/$', '', 'g'), '') as domain,
       nullif(lower(trim(email)), '') as email,
       nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') as phone,
       nullif(right(regexp_replace(mobile, '[^0-9]', '', 'g'), 9), '') as mobile,
       nullif(regexp_extract(lower(linkedin), '/in/([^/?]+)', 1), '') as linkedin,
       nullif(lower(strip_accents(trim(city))), '') as city
from read_csv('{file}', all_varchar = true)
"""


def splink(file, truth):
    import duckdb
    import splink.comparison_level_library as levels
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    start = time.perf_counter()
    connection = duckdb.connect()
    connection.execute(CLEAN.format(file=file))
    employer = compare.CustomComparison(
        output_column_name="employer",
        comparison_levels=[
            levels.And(levels.NullLevel("domain"), levels.NullLevel("company")),
            levels.ExactMatchLevel("domain"),
            levels.ExactMatchLevel("company"),
            levels.JaroWinklerLevel("company", 0.92),
            levels.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.ForenameSurnameComparison("first_name", "last_name"),
            employer,
            compare.ExactMatch("email"),
            compare.ExactMatch("phone"),
            compare.ExactMatch("mobile"),
            compare.ExactMatch("linkedin"),
            compare.JaroWinklerAtThresholds("title", [0.9]),
            compare.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("linkedin"),
            block_on("mobile"),
            block_on("first_name", "last_name"),
            block_on("last_name", "domain"),
            block_on("last_name", "company"),
            block_on("first_name", "domain"),
        ],
    )
    api = DuckDBAPI(connection=connection)
    # Splink 5 registers a table first; Splink 4 takes its name.
    table = api.register("records") if hasattr(api, "register") else "records"
    linker = Linker(table, settings) if hasattr(api, "register") else Linker(table, settings, api)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("email"), block_on("linkedin")], recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=5_000_000)
    training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "last_name"))
    training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    predicted = linker.inference.predict(threshold_match_probability=0.05)
    name = predicted.physical_name
    connection.execute(f"select count(*) from {name}").fetchone()
    seconds, used = time.perf_counter() - start, spent(resource.RUSAGE_SELF)

    connection.execute(f"create table truth as select * from read_csv('{truth}', all_varchar = true)")
    pairs = connection.execute("select sum(n * (n - 1) / 2) from (select count(*) n from truth group by entity_id)").fetchone()[0]
    rows = connection.execute(
        f"""select round(match_weight, 1) w, count(*), count(*) filter (a.entity_id = b.entity_id)
            from {name} p join truth a on a.rec_id = p.unique_id_l join truth b on b.rec_id = p.unique_id_r
            group by w order by w desc"""
    ).fetchall()
    said = right = 0
    best, even = 0.0, 0.0
    for weight, count, same in rows:
        said, right = said + count, right + same
        f1 = 2 * right / (said + float(pairs))
        best = max(best, f1)
        if weight >= 0:
            even = f1
    return {"tool": "splink", "seconds": round(seconds, 1), **used, "f1": round(even, 4), "best_f1": round(best, 4)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file")
    arguments.add_argument("truth")
    arguments.add_argument("--leadloom", default="target/release/leadloom")
    given = arguments.parse_args()
    print(json.dumps(leadloom(given.leadloom, given.file, given.truth)), flush=True)
    print(json.dumps(splink(given.file, given.truth)), flush=True)


if __name__ == "__main__":
    main()
