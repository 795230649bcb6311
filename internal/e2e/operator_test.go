package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/dbtest"
)

// Whoever runs the server has a way back for an operator who forgot their
// password: beside the running server, on both databases.
func TestAnOperatorIsGivenANewPassword(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { newPassword(t, Env(t, dbtest.SQLiteURL(t))) })
	dbtest.OnPostgres(t, func(t *testing.T, address string) { newPassword(t, Env(t, address)) })
}

func newPassword(t *testing.T, env []string) {
	const email, next = "mara@fieldnote.example", "lantern-orbit-9920"
	env = append(env, "GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL="+email, "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD="+Password)
	p := Start(t, env)
	for _, tt := range []struct {
		email, input, says string
		ok                 bool
	}{
		{"nobody@fieldnote.example", next + "\n", "No active operator", false},
		{email, "", "standard input has no password", false},
		{email, "short\n", "at least 8 characters", false},
		{email, next + "\r\n", "sessions have ended", true},
	} {
		cmd := Command(t, env, "operator", "set-password", tt.email)
		cmd.Stdin = strings.NewReader(tt.input)
		out, err := cmd.CombinedOutput()
		if (err == nil) != tt.ok || !strings.Contains(string(out), tt.says) || strings.Contains(string(out), next) {
			t.Errorf("%s %q: %v %s", tt.email, tt.input, err, out)
		}
	}
	for word, status := range map[string]int{next: http.StatusOK, Password: http.StatusBadRequest} {
		a := call(t, p.URL, http.MethodPost, "/user_management/authenticate", "", map[string]any{"grant_type": "password", "client_id": Client,
			"client_secret": APIKey, "email": email, "password": word})
		if a.Status != status {
			t.Errorf("signing in with %s: %d %s", word, a.Status, a.Raw)
		}
	}
	p.Kill()
}
