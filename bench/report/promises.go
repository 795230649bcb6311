package main

import "fmt"

const ours, raw, floor = "gatehouse", "raw-argon2id", "floor-echo-pgx"

// figure is one promise and how it stands.
type figure struct {
	name  string
	value float64
	bound float64
	most  bool // the bound is the highest allowed, not the lowest
	known bool
}

func (f figure) String() string {
	word, good := "at least", f.value >= f.bound
	if f.most {
		word, good = "at most", f.value <= f.bound
	}
	switch {
	case !f.known:
		return fmt.Sprintf("NOT MEASURED %s (%s %.2f)", f.name, word, f.bound)
	case !good:
		return fmt.Sprintf("MISSED %s: %.3f (%s %.2f)", f.name, f.value, word, f.bound)
	}
	return fmt.Sprintf("ok %s: %.3f (%s %.2f)", f.name, f.value, word, f.bound)
}

// promises computes each promised ratio twice where the driver knows both: by
// rate, and by the server's CPU time, which others on the machine disturb less.
func promises(r results, limits []limit) []figure {
	rs256 := limitOf(limits, "JWT RS256 sign (golang-jwt)")
	exchange := r.of("exchange", ours).CPUus - r.of("authorize", ours).CPUus
	out := []figure{
		least("sign-in on the page, rate against raw argon2id", r.of("login", ours).RateMed, r.of("login", raw).RateMed, 0.90),
		least("sign-in on the page, CPU against raw argon2id", r.of("login", raw).CPUus, r.of("login", ours).CPUus, 0.90),
		least("password grant, rate against raw argon2id", r.of("grant", ours).RateMed, r.of("grant", raw).RateMed, 0.90),
		least("password grant, CPU against raw argon2id", r.of("grant", raw).CPUus, r.of("grant", ours).CPUus, 0.90),
		least("session check, rate against the floor", r.of("session", ours).RateMed, r.of("session", floor).RateMed, 0.80),
		least("session check, CPU against the floor", r.of("session", floor).CPUus, r.of("session", ours).CPUus, 0.80),
		least("refresh ES256, rate against the floor", r.of("refresh", ours).RateMed, r.of("refresh", floor).RateMed, 0.50),
		least("refresh ES256, CPU against the floor", r.of("refresh", floor).CPUus, r.of("refresh", ours).CPUus, 0.50),
		least("refresh RS256, rate against raw signing", r.of("refresh-rs256", ours).RateMed, rs256, 0.85),
		// One core does nothing else while limits runs, so its rate is its CPU time.
		least("refresh RS256, CPU against raw signing", perSecond(rs256), r.of("refresh-rs256", ours).CPUus, 0.85),
		least("entries one by one, rate against the floor", r.of("audit-one", ours).RateMed, r.of("audit-one", floor).RateMed, 0.60),
		least("entries in hundreds, rate against the floor", r.of("audit-ingest", ours).RateMed, r.of("audit-ingest", floor).RateMed, 0.80),
		least("newest 50 entries, rate against the floor", r.of("audit-query", ours).RateMed, r.of("audit-query", floor).RateMed, 0.80),
		least("10,000 entries as NDJSON, rate against the floor", r.of("audit-export", ours).RateMed, r.of("audit-export", floor).RateMed, 0.70),
		most("code exchange, CPU against a refresh", exchange, r.of("refresh", ours).CPUus, 1.5),
	}
	errors := figure{name: "errors", bound: 0, most: true}
	for _, x := range r.Rows {
		if x.Target == ours {
			errors.known = true
			errors.value += float64(x.Errors)
		}
	}
	return append(out, errors)
}

// perSecond is a rate's time for one, in microseconds; 0 where there is none.
func perSecond(rate float64) float64 {
	if rate == 0 {
		return 0
	}
	return 1e6 / rate
}

func least(name string, part, whole, bound float64) figure {
	return ratio(name, part, whole, bound, false)
}

func most(name string, part, whole, bound float64) figure {
	return ratio(name, part, whole, bound, true)
}

func ratio(name string, part, whole, bound float64, most bool) figure {
	f := figure{name: name, bound: bound, most: most, known: part > 0 && whole > 0}
	if f.known {
		f.value = part / whole
	}
	return f
}

func (r results) of(scenario, target string) row {
	for _, x := range r.Rows {
		if x.Scenario == scenario && x.Target == target {
			return x
		}
	}
	return row{}
}

// limitOf is the mean of a metric over the runs before and after the driver's.
func limitOf(limits []limit, name string) float64 {
	sum, n := 0.0, 0.0
	for _, l := range limits {
		if l.Name == name {
			sum, n = sum+l.Median, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}
