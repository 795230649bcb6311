package app

import (
	"context"
	"errors"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
)

// StartJobs works jobs in this process unless a worker does, and runs its loops.
// It returns what drains them. The queue starts beside the server, which is
// ready without it. It is Run's, and of tests that bring their own listener.
func (a *App) StartJobs(ctx context.Context) func(context.Context) error {
	stopLoops := a.startLoops(ctx)
	if a.Config.Worker == config.WorkerOff {
		return stopLoops
	}
	started := make(chan *jobs.Runner, 1)
	go func() {
		runner, err := jobs.Start(context.WithoutCancel(ctx), a.DB, a.registry(), a.Log)
		if err != nil {
			a.Log.Error("the job queue did not start: jobs wait for the next start", "error", err)
		}
		started <- runner
	}()
	return func(ctx context.Context) error {
		err := stopLoops(ctx)
		if runner := <-started; runner != nil {
			err = errors.Join(err, runner.Stop(ctx))
		}
		return err
	}
}

// warm makes what the first sign-in would otherwise wait for: signing keys. A
// server that stops meanwhile needs none.
func (a *App) warm(ctx context.Context) {
	if err := a.provider.Warm(ctx); err != nil && ctx.Err() == nil {
		a.Log.Error("the signing keys could not be read: the first sign-in tries again", "error", err)
	}
}

// work is cmd/worker: jobs alone, until a signal.
func work(ctx context.Context, cfg *config.Config) error {
	if err := cfg.CheckWorker(); err != nil {
		return err
	}
	d, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	return workOff(ctx, cfg, d)
}

func workOff(ctx context.Context, cfg *config.Config, d *db.DB) error {
	a := &App{Config: cfg, DB: d, Log: newLog(cfg)}
	if cfg.AdminAddr != "" {
		a.metrics = newMetrics()
	}
	var err error
	if a.post, err = newPost(cfg, d, a.Log); err != nil {
		return err
	}
	a.signer = newSigner(a)
	a.mfa = newMFA(cfg, d, nil, a.Log)
	a.domains = newDomainChecks(cfg, d, a.post, nil)
	a.webhooks = newWebhooks(cfg, d, a.post, a.Log)
	if a.archive, err = newArchive(cfg, d, a.post, a.signer, a.Log); err != nil {
		return err
	}
	failed := make(chan error, 1)
	admin, err := a.serveAdmin(ctx, failed)
	if err != nil {
		return err
	}
	if admin != nil {
		defer admin.Close()
	}
	runner, err := jobs.Start(context.WithoutCancel(ctx), d, a.registry(), a.Log)
	if err != nil {
		return err
	}
	stopLoops := a.startLoops(ctx)
	a.Log.Info("working jobs", "version", version())
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	a.Log.Info("stopping: finishing jobs")
	drained, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	return errors.Join(err, stopLoops(drained), runner.Stop(drained))
}
