package dashboard

import (
	"encoding/json"
	"time"

	"github.com/a-h/templ"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/web/logstream"
	"gatehouse/web/ui"
)

// outgoingStates are what leaves the deployment: webhooks, log streams, jobs.
var outgoingStates = []State{
	{"dashboard-webhooks-empty", func(l Look) templ.Component {
		return webhooksView(webhooksPage{frame: sampleFrame(l, developer, "Webhooks", webhooksHome)})
	}},
	{"dashboard-webhook-failing", func(l Look) templ.Component { return webhookView(sampleWebhook(l)) }},
	{"dashboard-webhook-retry-failed", func(l Look) templ.Component {
		p := sampleWebhook(l)
		p.open, p.dialog = nil, retryQuestion(p, nil)
		return webhookView(p)
	}},
	{"dashboard-log-streams-empty", func(l Look) templ.Component {
		return streamsView(streamsPage{frame: sampleFrame(l, admin, "Log streams", streamsHome)})
	}},
	{"dashboard-log-stream-new", func(l Look) templ.Component {
		kind, _ := sink.Find(sink.Kinds(), "splunk")
		return newStreamView(newStreamPage{frame: sampleFrame(l, admin, "New log stream", streamsHome), Form: logstream.Fresh(kind)})
	}},
	{"dashboard-log-stream-failing", func(l Look) templ.Component { return streamView(sampleStream(l)) }},
	{"dashboard-log-stream-tested", func(l Look) templ.Component {
		p := sampleStream(l)
		p.dialog = logstream.NotTaken(stream.Verdict{Sentence: "It answered 403 Forbidden."})
		return streamView(p)
	}},
	{"dashboard-jobs-empty", func(l Look) templ.Component {
		return jobsView(jobsPage{frame: sampleFrame(l, viewer, "Jobs", jobsHome)})
	}},
	{"dashboard-jobs", func(l Look) templ.Component {
		p := jobsPage{frame: sampleFrame(l, developer, "Jobs", jobsHome), rows: []*jobs.Job{sampleJob()}, kinds: []string{"mail", "sweep"}, counts: map[jobs.State]int64{jobs.Failed: 1, jobs.Completed: 212}}
		p.pager = ui.PagerProps{Text: "1 job here"}
		return jobsView(p)
	}},
	{"dashboard-job-failed", func(l Look) templ.Component {
		return jobView(jobPage{frame: sampleFrame(l, developer, "Send a mail", jobsHome), Job: sampleJob(), path: jobsHome + "/job_4211"})
	}},
}

func sampleWebhook(l Look) webhookPage {
	status, refused, number := int64(503), `{"error":"upstream connect error"}`, int64(4)
	at := noon.Add(-14 * time.Minute)
	e := &webhook.Endpoint{ID: "we_01J9HOOK", URL: "https://api.fieldnote.example/hooks/auth", Events: []string{webhook.All}, Status: webhook.Enabled, Failures: 112,
		FailingSince: before(5 * time.Hour), LastStatus: &status, LastFailedAt: &at, PreviousUntil: before(-9 * time.Hour), CreatedAt: noon.AddDate(0, -5, 0), UpdatedAt: noon}
	row := func(n, kind string, state webhook.State, answer int64) webhook.Delivery {
		return webhook.Delivery{ID: id.Delivery("delivery_01J9" + n), EventID: id.Event("event_01J9" + n), EventType: kind, Cause: webhook.Happened, State: state, Attempts: 4, NextAt: before(-14 * time.Minute), LastStatus: &answer, CreatedAt: at}
	}
	p := webhookPage{endpointFrame: endpointFrame{frame: sampleFrame(l, developer, endpointName(e.URL), webhooksHome), Endpoint: e, path: webhooksHome + "/we_01J9HOOK"}, backlog: webhook.Backlog{Waiting: 38, Since: noon.Add(-5 * time.Hour), Tried: 36, GivenUp: 1},
		rows: []webhook.Delivery{row("A", "user.updated", webhook.Waiting, 503), row("B", "session.created", webhook.Delivered, 200), row("C", "organization_domain.verification_failed", webhook.Failed, 503)}, pager: ui.PagerProps{Text: "3 events here"}}
	p.figures = webhook.Figures{Events: 3100, Delivered: 2468, Failed: 672, P95: 8400 * time.Millisecond, Before: webhook.DayBefore{Events: 3300, Delivered: 3297}}
	for i := range 24 {
		h := db.DeliveryHour{Hour: noon.Truncate(time.Hour).Add(time.Duration(i-23) * time.Hour), Events: 140, Delivered: 139, Failed: 1}
		if i > 17 {
			h.Delivered, h.Failed = 24, 112
		}
		p.figures.Hours = append(p.figures.Hours, h)
	}
	p.open = &deliveryPart{Delivery: &p.rows[0], body: `{"object":"event","event":"user.updated"}`, tries: []webhook.Attempt{{ID: "delivery_attempt_1", Number: number, Status: &status, Milliseconds: 212,
		AnswerHeaders: map[string]string{"content-type": "application/json", "retry-after": "900"}, AnswerBody: &refused, CreatedAt: at}}}
	return p
}

func sampleStream(l Look) streamPage {
	words := "It answered 503 Service Unavailable."
	s := &stream.Stream{ID: "log_stream_01J9SIEM", Name: "SIEM of " + sampleLong, Type: "http", Configuration: json.RawMessage(`{"url":"https://siem.fieldnote.example/in","compression":"gzip"}`), SealedCredentials: []byte("x"),
		State: stream.Broken, Delivered: 1204331, Failures: 12, NextAt: before(-4 * time.Minute), LastDeliveredAt: before(3 * time.Hour), LastError: &words, LastErrorAt: before(time.Minute), CreatedAt: noon.AddDate(0, -2, 0), UpdatedAt: noon.AddDate(0, 0, -3)}
	return streamPage{frame: sampleFrame(l, admin, s.Name, streamsHome), kinds: sink.Kinds(), path: streamsHome + "/log_stream_01J9SIEM",
		Status: stream.Status{Stream: s, Head: 1206518, At: 1204331, Lag: 2187, BehindSince: before(3 * time.Hour), Expected: 1206518}}
}

func sampleJob() *jobs.Job {
	return &jobs.Job{ID: 4211, Kind: "mail", State: jobs.Failed, Attempt: 25, MaxAttempts: 25, Args: json.RawMessage(`{"mail":"mail_01J9LETTER"}`), ScheduledAt: noon, AttemptedAt: before(time.Hour), AttemptedBy: "gatehouse-1", FinishedAt: before(time.Hour), CreatedAt: noon.AddDate(0, 0, -3),
		Errors: []jobs.Failure{{Attempt: 25, At: noon.Add(-time.Hour), Error: "the relay refused the sender: 550 5.7.1 <no-reply@fieldnote.example>: Sender address rejected"}}}
}
