package org.nsm4j.testkit.schedule;

/** A moment at which a task starts, or stops to wait. */
final class Alarm implements Comparable<Alarm> {
    final long at;
    final Task task;
    private final long order;
    private boolean called;

    Alarm(long at, long order, Task task) {
        this.at = at;
        this.order = order;
        this.task = task;
    }

    void callOff() {
        called = true;
    }

    boolean isOff() {
        return called || task.process.crashed();
    }

    @Override
    public int compareTo(Alarm other) {
        return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(order);
    }
}
