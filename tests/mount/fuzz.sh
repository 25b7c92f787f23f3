#!/bin/bash
# SPDX-License-Identifier: MIT
# Random names, texts and calls on maps of every shape. What a write accepts
# reads back, and what is read can be written back and reads the same; a name
# that was accepted reaches an inode that the listing has. FUZZ_SECONDS=8.
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
seed=${FUZZ_SEED:-$RANDOM}
perl - "$MNT" "${FUZZ_SECONDS:-8}" "$seed" > "$TMP/fuzz" <<'PERL'
use strict;
use warnings;
use Fcntl;
use Errno qw(:POSIX);

my ($mnt, $seconds, $seed) = @ARGV;
srand($seed);
opendir(my $top, $mnt) or die "$mnt: $!";
my @maps = grep { -d "$mnt/$_" && !/^\.|rodata/ } readdir($top);
my @tokens = (
	0 .. 9, qw(-1 255 256 65535 65536 4294967295 4294967296 18446744073709551615 0x 0xff 0xFFFF 0x1),
	'=', ',', ':', '.', '+', '-', '~', '%', '"', '\\', '/', '@', '+=', ' ', '%00', '%20', '%2', '\\x01', '\\n', '""', "\t",
	qw(true false RED GREEN inf nan nan:0x7fc00001 1e308 0.5 ::1 2001:db8:: 10.0.0.1 aa:bb:cc:dd:ee:ff),
	qw(packets bytes last_seen saddr daddr sport dport proto a b x y v v.0.a slots slots.1 low mid high wide half),
	qw(cpu0 cpu1 cpu0.packets total total.bytes color on level port name tags ports f g d sgn letters lock key value),
	'a' x 300, "\xff", "\xc3\xa9", "\x01", '0x' . 'ab' x 8, '0x' . '00' x 16,
);

sub text {
	my $t = '';
	$t .= $tokens[rand @tokens] for 0 .. rand(rand(8));
	return $t;
}

# Something that was printed, with a piece of it changed.
sub mutated {
	my ($t) = @_;
	return text() if !length $t || rand() < 0.2;
	my $at = int(rand(length $t));
	substr($t, $at, int(rand(3))) = rand() < 0.7 ? $tokens[rand @tokens] : '';
	return $t;
}

sub slurp {
	my ($path) = @_;
	sysopen(my $f, $path, O_RDONLY) or return undef;
	my $n = sysread($f, my $t, 1 << 20);
	return defined $n ? $t : undef;
}

sub store {
	my ($path, $t, $flags) = @_;
	sysopen(my $f, $path, O_WRONLY | $flags) or return 0;
	return defined syswrite($f, $t);
}

sub names {
	my ($map) = @_;
	opendir(my $d, "$mnt/$map") or die "$map: $!";
	return grep { $_ ne '.' && $_ ne '..' } readdir($d);
}

my ($accepted, $refused) = (0, 0);
sub try {
	my $map = $maps[rand @maps];
	my @names = names($map);
	my $old = @names ? $names[rand @names] : '';
	my $name = rand() < 0.5 && @names ? $old : mutated($old);
	$name =~ tr{/\0}{}d;
	return if $name eq '' || $name eq '.' || $name eq '..';
	my $path = "$mnt/$map/$name";
	my $was = @names ? slurp("$mnt/$map/$old") // '' : '';
	chomp(my $line = $was);
	my $t = mutated($line) . (rand() < 0.8 ? "\n" : '');
	return if $t eq ''; # no write at all
	if (!store($path, $t, (0, O_CREAT, O_CREAT | O_TRUNC, O_CREAT | O_EXCL)[rand 4])) {
		$refused++;
		die "$path: $!\n" if $!{ENOTCONN} || $!{EIO};
		return;
	}
	$accepted++;
	my $now = slurp($path);
	return if !defined $now && $!{ENOENT} && @names >= 60; # an LRU may evict
	die "seed $seed: $map/$name: accepted [$t], then: $!\n" if !defined $now;
	die "seed $seed: $map/$name: [$now] is no line\n" if $now !~ /^[^\n]+\n$/;
	die "seed $seed: $map/$name: size of [$now]\n" if -s $path != length $now;
	die "seed $seed: $map/$name: [$now] is refused: $!\n" if !store($path, $now, 0);
	die "seed $seed: $map/$name: [$now] becomes [" . slurp($path) . "]\n" if slurp($path) ne $now;
	my $inode = (stat $path)[1];
	die "seed $seed: $map/$name: not listed\n" if !grep { (stat "$mnt/$map/$_")[1] == $inode } names($map);
	unlink($path) if rand() < 0.4;
}

my $end = time + $seconds;
while (time < $end) { try() }
die "nothing was accepted\n" if !$accepted;
warn "$accepted accepted, $refused refused, seed $seed\n" if $ENV{V};
PERL
[ $? = 0 ] && pass fuzz || fail "seed $seed" "no complaint" "see above"
works "the driver is there" ls -R "$MNT"
