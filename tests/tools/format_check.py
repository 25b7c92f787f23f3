# SPDX-License-Identifier: MIT
"""What a whole-map form must be, by readers that know nothing of this project.

format_check.py json OURS BPFTOOL   the same entries, numbers exact; OURS alone: JSON with entries
format_check.py csv CSV JSON        a row for each entry (and CPU) of the JSON, one width, no title twice
format_check.py prom FILE...        together one scrape: each metric's head, then all its samples
"""
import csv
import json
import re
import sys

LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)(\{(?:%s(?:,%s)*)?\}) (\S+)' % (LABEL, LABEL))


def check_json(ours, theirs=None):
    entries = json.load(open(ours))
    assert entries, 'no entries'
    if theirs:
        # bpftool leaves out the key of global data, which is 0
        expected = [{'key': 0, **entry['formatted']} for entry in json.load(open(theirs))]
        assert entries == expected, (entries, expected)


def check_csv(table, entries):
    rows = list(csv.reader(open(table, newline=''), strict=True))
    expected = sum(len(entry.get('values', [0])) for entry in json.load(open(entries)))
    assert len(rows) - 1 == expected, rows
    assert {len(row) for row in rows} == {len(rows[0])}, rows
    assert len(set(rows[0])) == len(rows[0]), rows[0]
    print(expected)


def check_prom(*files):
    metrics, series, metric = set(), set(), None
    for line in ''.join(open(file).read() for file in files).splitlines():
        if line.startswith('# HELP '):
            metric = line.split()[2]
            assert metric not in metrics, metric
            metrics.add(metric)
        elif line.startswith('#'):
            assert line == f'# TYPE {metric} untyped', line
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample and sample[1] == metric, line
            assert (metric, sample[2]) not in series, line
            series.add((metric, sample[2]))
            float(sample[3])
    assert len(series) > 500, len(series)


{'json': check_json, 'csv': check_csv, 'prom': check_prom}[sys.argv[1]](*sys.argv[2:])
