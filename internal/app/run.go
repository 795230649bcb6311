package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"gatehouse/internal/config"
)

// drainTime is how long requests and jobs may take to finish after a signal.
const drainTime = 25 * time.Second

// serve is the server's main command.
func serve(ctx context.Context, cfg *config.Config) error {
	listener, err := listen(ctx, "ADDR", cfg.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	d, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	a, err := New(ctx, cfg, d, newLog(cfg))
	if err != nil {
		return err
	}
	return a.Run(ctx, listener)
}

func listen(ctx context.Context, name, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &config.Error{Name: "GATEHOUSE_" + name, Sentence: fmt.Sprintf(
			"GATEHOUSE_%s is %q, where the server cannot listen (%v): stop what listens there, or choose another port.", name, addr, errors.Unwrap(err))}
	}
	return l, nil
}

// Run serves until ctx ends, then drains: readyz says no, the listener
// closes, running requests finish, running jobs finish.
func (a *App) Run(ctx context.Context, listener net.Listener) error {
	// Start-up used memory that serving does not need.
	time.AfterFunc(time.Second, debug.FreeOSMemory)
	server := newServer(a.echo)
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	admin, err := a.serveAdmin(ctx, failed)
	if err != nil {
		return err
	}
	go a.warm(ctx)
	stopJobs := a.StartJobs(ctx)
	a.welcome(os.Stdout)
	a.Log.InfoContext(ctx, "listening", "address", listener.Addr().String(), "base_url", a.Config.Origin(), "version", version())
	select {
	case err = <-failed:
	case <-ctx.Done():
		a.Log.Info("stopping: finishing requests and jobs")
	}
	a.draining.Store(true)
	drained, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err = errors.Join(err, server.Shutdown(drained), stopJobs(drained))
	a.sso.Wait()
	err = errors.Join(err, a.recorder.Flush(drained))
	if admin != nil {
		err = errors.Join(err, admin.Close())
	}
	if err == nil {
		a.Log.Info("stopped")
	}
	return err
}

// newServer bounds how long a client may hold a connection with nothing to
// show for it.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: requestTimeout + 10*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
}

func (a *App) serveAdmin(ctx context.Context, failed chan<- error) (*http.Server, error) {
	if a.metrics == nil {
		return nil, nil
	}
	listener, err := listen(ctx, "ADMIN_ADDR", a.Config.AdminAddr)
	if err != nil {
		return nil, err
	}
	server := newServer(a.metrics.handler())
	server.WriteTimeout = 2 * time.Minute // a profile takes its time
	go func() { failed <- server.Serve(listener) }()
	return server, nil
}
