# SPDX-License-Identifier: MIT
"""What a whole-map form must be, by readers that know nothing of this project.

format_check.py json FILE.json...  JSON with entries; those of FILE.bpftool, if there is one, numbers exact
format_check.py csv FILE.csv...    a row for each entry (and CPU) of FILE.json, one width, no title twice;
                                   prints the number of rows, a line a file
format_check.py copies NAME_copy.json...   the same entries as NAME.json, and in NAME_copy.bpftool as in NAME's
format_check.py prom FILE...       together one scrape: each metric's head, then all its samples
"""
import csv
import json
import os
import re
import sys

LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)(\{(?:%s(?:,%s)*)?\}) (\S+)' % (LABEL, LABEL))


def with_suffix(file, suffix):
    return os.path.splitext(file)[0] + suffix


def check_json(*files):
    for file in files:
        entries, theirs = json.load(open(file)), with_suffix(file, '.bpftool')
        assert entries, file
        if os.path.exists(theirs):
            # bpftool leaves out the key of global data, which is 0
            expected = [{'key': 0, **entry['formatted']} for entry in json.load(open(theirs))]
            assert entries == expected, (entries, expected)


def check_csv(*files):
    for file in files:
        rows = list(csv.reader(open(file, newline=''), strict=True))
        entries = json.load(open(with_suffix(file, '.json')))
        expected = sum(len(entry.get('values', [0])) for entry in entries)
        assert len(rows) - 1 == expected, rows
        assert {len(row) for row in rows} == {len(rows[0])}, rows
        assert len(set(rows[0])) == len(rows[0]), rows[0]
        print(expected)


def entries_of(file):
    return sorted(json.dumps(entry, sort_keys=True) for entry in json.load(open(file)))


def check_copies(*files):
    for file in files:
        assert entries_of(file) == entries_of(file.replace('_copy.', '.')), file
        theirs = with_suffix(file, '.bpftool')
        if os.path.exists(theirs):
            assert entries_of(theirs) == entries_of(theirs.replace('_copy.', '.')), theirs


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


{'json': check_json, 'csv': check_csv, 'copies': check_copies, 'prom': check_prom}[sys.argv[1]](*sys.argv[2:])
