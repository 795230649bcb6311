package i18n

import "time"

// Ago tells a moment as people do: relative within a day, else its date, with
// the year where it is another one. Both times are read in their own zone.
func (l Language) Ago(then, now time.Time) string {
	switch passed := now.Sub(then); {
	case passed < time.Minute:
		return l.T("time.now")
	case passed < time.Hour:
		return l.T("time.minutes", Args{"count": int(passed / time.Minute)})
	case passed < 24*time.Hour:
		return l.T("time.hours", Args{"count": int(passed / time.Hour)})
	}
	if then.Year() == now.Year() {
		return l.T("time.day", l.date(then))
	}
	return l.Day(then)
}

// Day is a date with its year, read in the time's own zone.
func (l Language) Day(t time.Time) string { return l.T("time.day_year", l.date(t)) }

func (l Language) date(t time.Time) Args {
	month := own(l.T("time.month", Args{"month": int(t.Month())}))
	return Args{"day": t.Day(), "month": month, "year": t.Format("2006"), "clock": t.Format("15:04")}
}

// Moment tells a time to people anywhere: the whole date, and the clock of UTC.
func (l Language) Moment(t time.Time) string { return l.T("time.moment", l.date(t.UTC())) }

// Wait is the arguments of a message that says how long somebody has to wait:
// whole seconds below a minute, whole minutes from there, never too few.
func Wait(d time.Duration) Args {
	if seconds := roundUp(d, time.Second); seconds < 60 {
		return Args{"unit": "seconds", "count": max(1, seconds)}
	}
	return Args{"unit": "minutes", "count": roundUp(d, time.Minute)}
}

func roundUp(d, unit time.Duration) int { return int((d + unit - 1) / unit) }

// Problem is the words for a problem's code, as parts: "problem.<code>", or
// the sentence that came with it when no catalogue has that code yet.
func (l Language) Problem(code, sentence string, args Args) []Part {
	if key := "problem." + code; l.Has(key) {
		return l.Rich(key, args)
	}
	return []Part{{Text: sentence}}
}
