#!/usr/bin/env bash
# run.sh prints a figure a line: Go benchmarks, the footprint, directories of
# growing size, and, where
# ../shared/bench is beside this repository, the side-by-side run with a bare
# floor and npm peers. The server has core 0, the driver and Postgres core 1.
# ROUNDS and SECONDS_EACH say how long; more of both is steadier.
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-2}
shared=$(realpath -m ../shared/bench)
work=$PWD/bench/work
results=$PWD/bench/results
mkdir -p "$work/bin" "$results"

# The part inside with-postgres comes back to this very file.
if [ "${1:-}" != beside-postgres ]; then
	need taskset "it gives the server one core (package util-linux)"
	say "building"
	go build -trimpath -o "$work/bin/gatehouse" ./cmd/server
	go build -o "$work/bin/footprint" ./bench/footprint
	go build -o "$work/bin/directory" ./bench/directory
	go build -o "$work/bin/webhook" ./bench/webhook
	go build -o "$work/bin/audit" ./bench/audit
	go build -o "$work/bin/seed" ./bench/seed
	go build -o "$work/bin/report" ./bench/report

	export POSTGRES_CPUS=1
	exec scripts/with-postgres bench/run.sh beside-postgres
fi

say "Go benchmarks"
go test -run '^$' -bench . -benchmem -benchtime "${BENCHTIME:-1s}" ./... 2>&1 | tee "$results/go.txt" |
	awk '/^Benchmark/ { sub(/-[0-9]+$/, "", $1); $2 = ""; print } /^(FAIL|---|panic)/ { print; bad = 1 } END { exit bad }'

say "SAML responses verified on one core, all guards included, beside bare crewjam/saml"
awk '/^Benchmark(Verify|BareLibrary)\// { sub(/-[0-9]+$/, "", $1); split($1, name, "/"); ns[name[1], name[2]] = $3; if (name[1] == "BenchmarkVerify") order[++n] = name[2] }
	END { for (i = 1; i <= n; i++) { d = order[i]; printf "saml %s: %.0f/s, %.1f times the bare library\n", d, 1e9 / ns["BenchmarkVerify", d], ns["BenchmarkBareLibrary", d] / ns["BenchmarkVerify", d] } }' "$results/go.txt"

say "footprint on SQLite, one core"
taskset -c 1 "$work/bin/footprint" -server "$work/bin/gatehouse" -cpus 0

say "directories of 1,000 and 100,000 people on SQLite, eight requests at a time"
"$work/bin/directory" -server "$work/bin/gatehouse" -dir "$work" -sizes 1000,100000 -d "${seconds}s"

say "directories of 1,000, 100,000 and 1,000,000 people on Postgres, eight requests at a time"
"$work/bin/directory" -server "$work/bin/gatehouse" -dir "$work" -postgres "$GATEHOUSE_TEST_POSTGRES" -sizes "${DIRECTORY_SIZES:-1000,100000,1000000}" -d "${seconds}s"

say "webhooks, without and with an endpoint that takes seconds"
"$work/bin/webhook" -server "$work/bin/gatehouse" -postgres "$GATEHOUSE_TEST_POSTGRES"

say "the audit log: searches, the newest fifty, retention while people sign in"
"$work/bin/audit" -postgres "$GATEHOUSE_TEST_POSTGRES" -entries "${AUDIT_ENTRIES:-1000000}" -server "$work/bin/gatehouse"

if [ ! -d "$shared" ]; then
	say "the side-by-side run is left out: $shared is not there"
	exit 0
fi

say "building the driver, the floor and the peers of $shared"
cp -r --no-preserve=mode "$shared"/{targets,scenarios,peers} "$work/"
(cd "$shared" && go build -o "$work/bin/" ./driver ./limits)
npm install --prefix "$work/peers" --no-audit --no-fund --loglevel=error </dev/null

export BENCH_PG_BASE=${GATEHOUSE_TEST_POSTGRES%/postgres\?*}
export BENCH_DATA_DIR=$work/data
rm -rf "$BENCH_DATA_DIR" && mkdir -p "$BENCH_DATA_DIR"
for database in floor betterauth passport oidcp gatehouse; do
	psql -qd "$GATEHOUSE_TEST_POSTGRES" -c "CREATE DATABASE $database"
done

say "SCIM beside scimmy, $rounds rounds of $seconds s each"
taskset -c 1 "$work/bin/directory" -server "$work/bin/gatehouse" -dir "$work" -postgres "$GATEHOUSE_TEST_POSTGRES" -cpus 0 -rounds "$rounds" -d "${seconds}s" -peers "$work/peers"

say "migrating and seeding"
GATEHOUSE_DATABASE_URL="$BENCH_PG_BASE/gatehouse?sslmode=disable" GATEHOUSE_DATA_DIR=$BENCH_DATA_DIR \
	GATEHOUSE_MASTER_KEY=$(sed -n 's/.*"GATEHOUSE_MASTER_KEY": "\(.*\)".*/\1/p' bench/gatehouse.json) "$work/bin/gatehouse" migrate
"$work/bin/seed" -database "$BENCH_PG_BASE/gatehouse?sslmode=disable" -users 1000 \
	-client "$(sed -n 's/.*"client_es256": "\(.*\)".*/\1/p' bench/gatehouse.json)"

raw() { taskset -c 0 "$work/bin/limits" -pg "" -only '^(JWT (RS|ES)256 sign|argon2id m=19)' -rounds 3 -o "$results/$1.json"; }
say "raw speed of one core, before"
raw limits-before

say "side by side, $rounds rounds of $seconds s each"
targets=(bench/raw-argon2id.json "$work"/targets/{floor,better-auth,passport,oidc-provider-pg}.json bench/gatehouse.json)
scenarios=("$work"/scenarios/{login,session,refresh,code-flow,audit-one,audit-ingest,audit-query,audit-export}.json bench/scenarios/{grant,refresh-rs256,authorize,exchange}.json)
comma() { local IFS=,; echo "$*"; }
taskset -c 1 "$work/bin/driver" -server-cpus 0 -db-pid "$GATEHOUSE_TEST_POSTGRES_PID" -dir "$work" \
	-rounds "$rounds" -d "${seconds}s" -targets "$(comma "${targets[@]}")" -scenarios "$(comma "${scenarios[@]}")" \
	-o "$results/side-by-side.json"

say "raw speed of one core, after"
raw limits-after

say "figures"
"$work/bin/report" "$results"/{side-by-side,limits-before,limits-after}.json
