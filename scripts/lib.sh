# Sourced by the other scripts: words, and things that several of them need.
# shellcheck shell=bash

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# go.sum is complete: nothing is to be changed by a build, and no C compiler is needed.
export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:--mod=readonly}"

say() { printf '== %s\n' "$*"; }

die() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}

# need COMMAND WHAT-IT-IS-FOR stops when a tool that nothing here installs is missing.
need() { command -v "$1" >/dev/null || die "$1 is missing: $2"; }

# What apt runs as: nothing that comes along may start a service of its own on
# the machine (Debian Policy §9.3.3.1).
apt_quietly='policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap "rm -f $policy" EXIT
	trap "exit 1" INT TERM
	printf "#!/bin/sh\nexit 101\n" >"$policy"
	chmod 755 "$policy"
fi
apt-get update -q && apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"'

# apt_install PACKAGE… installs Debian packages. Another apt may be at work, so it waits for its turn.
apt_install() {
	command -v apt-get >/dev/null || die "no apt-get here: install $* by hand and run this again"
	local sudo=()
	if [ "$(id -u)" != 0 ]; then
		sudo=(sudo -n)
		sudo -n true 2>/dev/null || die "not root and no sudo without a password: install $* by hand and run this again"
	fi
	say "installing Debian packages: $*"
	local try log
	log=$(mktemp)
	for try in 1 2 3 4 5 6 7 8 9 10; do
		if "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "$apt_quietly" sh "$@" </dev/null >"$log" 2>&1; then
			rm -f "$log"
			return
		fi
		grep -q 'Could not get lock\|Unable to lock' "$log" || break
		say "another apt-get holds the lock, waiting (try $try)"
		sleep 15
	done
	cat "$log" >&2
	die "could not install: $*"
}

# postgres_bin prints the folder of the newest installed Postgres server.
postgres_bin() {
	local dir
	dir=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
	if [ -n "$dir" ] && [ -x "$dir/initdb" ]; then
		echo "$dir"
	elif command -v initdb >/dev/null; then
		dirname "$(command -v initdb)"
	fi
}

ensure_postgres() {
	[ -n "$(postgres_bin)" ] || apt_install postgresql
	[ -n "$(postgres_bin)" ] || die "postgresql is installed, but initdb is not to be found"
}

# browser_path prints the Chromium that the browser tests drive.
browser_path() {
	local name
	for name in "${GATEHOUSE_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome; do
		[ -n "$name" ] && command -v "$name" && return
	done
	return 0
}

ensure_browser() {
	[ -n "$(browser_path)" ] || apt_install chromium
	[ -n "$(browser_path)" ] || die "chromium is installed, but not to be found"
}

# The identity providers that the journeys sign in at. php-cgi and mini-httpd
# spare the machine the Apache that PHP and SimpleSAMLphp would ask for.
ensure_simplesamlphp() {
	local modules
	modules=$(php -m 2>/dev/null | tr '\n' ' ' || true)
	if [ -f /usr/share/simplesamlphp/www/_include.php ] && [[ " $modules" == *" dom "* && "$modules" == *" mbstring "* ]] && has_faketime; then
		return
	fi
	apt_install simplesamlphp php-cgi php-xml php-mbstring mini-httpd faketime openssl
	[ -f /usr/share/simplesamlphp/www/_include.php ] || die "simplesamlphp is installed, but not to be found"
}

# Its portal alone, which plackup runs; the libraries are those that SAML and the
# portal's start ask for besides.
ensure_lemonldap() {
	if perl -MLasso -MXML::Simple -MIO::String -MUnicode::String -MImage::Magick -MGD::SecurityImage -MPlack::Runner -MLemonldap::NG::Portal::Main -e 1 2>/dev/null && has_faketime; then
		return
	fi
	apt_install liblemonldap-ng-portal-perl liblasso-perl libplack-perl libxml-simple-perl libio-string-perl \
		libunicode-string-perl libglib-perl libgd-securityimage-perl libimage-magick-perl mini-httpd faketime openssl
	perl -MLasso -MLemonldap::NG::Portal::Main -e 1 || die "lemonldap-ng is installed, but its portal does not load"
}

# The receiver that log streams by syslog are tried on, with its TLS.
ensure_rsyslog() {
	if command -v rsyslogd >/dev/null && compgen -G '/usr/lib/*/rsyslog/lmnsd_gtls.so' >/dev/null; then
		return
	fi
	apt_install rsyslog rsyslog-gnutls
	command -v rsyslogd >/dev/null || die "rsyslog is installed, but rsyslogd is not to be found"
}

has_faketime() { compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null; }

# npm_ci FOLDER installs exactly what the lock file says, once for each state of it.
npm_ci() {
	need npm "the Express example and the browser tests install their packages with it (Node 20 or later)"
	local stamp="$1/node_modules/.installed"
	if [ -f "$stamp" ] && cmp -s "$stamp" "$1/package-lock.json"; then
		return
	fi
	say "npm ci in $1"
	npm ci --prefix "$1" --no-audit --no-fund --loglevel=error </dev/null || die "npm ci in $1"
	cp "$1/package-lock.json" "$stamp"
}
