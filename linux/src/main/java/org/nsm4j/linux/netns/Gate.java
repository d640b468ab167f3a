package org.nsm4j.linux.netns;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nsm4j.linux.KernelRefused;
import org.nsm4j.linux.ffi.Libc;

/**
 * The only thread that changes its network namespace. What it runs there must be system calls: no logging, no thread
 * started, no other executor, because whatever thread is born there stays there for good.
 */
final class Gate {
    static final String OWN = "/proc/thread-self/ns/net";
    private static final Gate GATE = new Gate();

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final FutureTask<Integer> home =
            new FutureTask<>(() -> KernelRefused.check(openRead(OWN), () -> "open " + OWN));

    private Gate() {
        tasks.add(home);
        Thread.ofPlatform().name("netns-gate").daemon().start(this::serve);
    }

    static Gate gate() {
        return GATE;
    }

    static int openRead(String path) {
        return Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
    }

    @SuppressWarnings("InfiniteLoopStatement")
    private void serve() {
        while (true) {
            try {
                tasks.take().run();
            } catch (InterruptedException ignored) {
                // Nobody has a reason to interrupt this thread, and without it no namespace can be entered: go on.
            }
        }
    }

    /** Runs the action in the namespace of that descriptor and hands its result or exception back. */
    <T> T inside(int namespace, String where, Supplier<T> action) {
        return onGate(() -> {
            KernelRefused.check(Libc.setns(namespace, Libc.CLONE_NEWNET), () -> "enter netns " + where);
            try {
                return action.get();
            } finally {
                goHome();
            }
        });
    }

    /** Runs the action in a fresh namespace, which ends with the action unless the action makes it stay. */
    <T> T insideNew(Supplier<T> action) {
        return onGate(() -> {
            KernelRefused.check(Libc.unshare(Libc.CLONE_NEWNET), () -> "make a network namespace");
            try {
                return action.get();
            } finally {
                goHome();
            }
        });
    }

    private <T> T onGate(Supplier<T> action) {
        FutureTask<T> task = new FutureTask<>(action::get);
        home();
        tasks.add(task);
        return await(task);
    }

    /** The descriptor of the node's own namespace, open as long as the process. */
    int home() {
        return await(home);
    }

    private void goHome() {
        if (Libc.setns(home.resultNow(), Libc.CLONE_NEWNET) < 0) {
            // A gate in a foreign namespace would make every later action act on the wrong machine.
            System.err.println("cannot return to the node's network namespace: ending, to touch no other");
            Runtime.getRuntime().halt(70);
        }
    }

    private static <T> T await(FutureTask<T> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw rethrow(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrow(@Nullable Throwable cause) {
        if (cause instanceof Error e) {
            throw e;
        }
        if (cause instanceof RuntimeException e) {
            // Thrown as it is: a refusal names what was attempted, and its reader does not care for the hand-over.
            return e;
        }
        return new IllegalStateException("an action in a namespace threw a checked exception", cause);
    }
}
