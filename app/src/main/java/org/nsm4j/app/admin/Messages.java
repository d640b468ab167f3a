package org.nsm4j.app.admin;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nsm4j.api.admin.Candidate;
import org.nsm4j.api.admin.ConnectRequest;
import org.nsm4j.api.admin.Explanation;
import org.nsm4j.api.admin.Labels;
import org.nsm4j.api.admin.NodeReport;
import org.nsm4j.api.admin.Target;
import org.nsm4j.core.model.Refused;

/** Between the admin's requests and answers and their messages on the socket; things that are listed: {@link ItemMessages}. */
public final class Messages {
    private Messages() {}

    static Timestamp time(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    static Instant time(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    static @Nullable Instant timeIf(boolean given, Timestamp time) {
        return given ? time(time) : null;
    }

    static Duration span(java.time.Duration span) {
        return Duration.newBuilder()
                .setSeconds(span.getSeconds())
                .setNanos(span.getNano())
                .build();
    }

    static java.time.Duration span(Duration span) {
        return java.time.Duration.ofSeconds(span.getSeconds(), span.getNanos());
    }

    static Labels labels(Map<String, String> labels) {
        return Labels.newBuilder().putAllLabels(labels).build();
    }

    static Map<String, Map<String, String>> labelsByService(Map<String, Labels> labels) {
        var all = new LinkedHashMap<String, Map<String, String>>();
        labels.forEach((key, value) -> all.put(key, value.getLabelsMap()));
        return all;
    }

    static Map<String, Labels> labelMessages(Map<String, Map<String, String>> labels) {
        var all = new LinkedHashMap<String, Labels>();
        labels.forEach((key, value) -> all.put(key, labels(value)));
        return all;
    }

    public static ConnectRequest message(org.nsm4j.app.admin.ConnectRequest request) {
        return ConnectRequest.newBuilder()
                .setName(request.name())
                .setUrl(request.url())
                .setTarget(message(request.target()))
                .setDeclared(request.declared())
                .putAllLabels(request.labels())
                .setTimeout(span(request.timeout()))
                .build();
    }

    static Target message(org.nsm4j.app.admin.ConnectRequest.Target target) {
        var message = Target.newBuilder();
        switch (target) {
            case org.nsm4j.app.admin.ConnectRequest.Target.Named(var name) -> message.setName(name);
            case org.nsm4j.app.admin.ConnectRequest.Target.AtPath(var path) -> message.setPath(path.toString());
            case org.nsm4j.app.admin.ConnectRequest.Target.Pid(int pid) -> message.setPid(pid);
            case org.nsm4j.app.admin.ConnectRequest.Target.Host() -> message.setHost(true);
        }
        return message.build();
    }

    public static org.nsm4j.app.admin.ConnectRequest request(ConnectRequest message) {
        return new org.nsm4j.app.admin.ConnectRequest(
                message.getName(),
                message.getUrl(),
                target(message.getTarget()),
                message.getDeclared(),
                message.getLabelsMap(),
                span(message.getTimeout()));
    }

    static org.nsm4j.app.admin.ConnectRequest.Target target(Target message) {
        return switch (message.getWhereCase()) {
            case NAME -> new org.nsm4j.app.admin.ConnectRequest.Target.Named(message.getName());
            case PATH -> new org.nsm4j.app.admin.ConnectRequest.Target.AtPath(Path.of(message.getPath()));
            case PID -> new org.nsm4j.app.admin.ConnectRequest.Target.Pid(message.getPid());
            case HOST -> new org.nsm4j.app.admin.ConnectRequest.Target.Host();
            case WHERE_NOT_SET ->
                throw new Refused(Refused.Reason.INVALID, "target: missing (expected: a network namespace)");
        };
    }

    static Explanation message(Admin.Explanation explanation) {
        var message = Explanation.newBuilder().setRule(explanation.rule()).addAllDoubts(explanation.doubts());
        explanation.candidates().forEach(each -> message.addCandidates(message(each)));
        explanation.forwarders().forEach(each -> message.addForwarders(message(each)));
        return message.build();
    }

    private static Candidate message(Admin.Candidate candidate) {
        return Candidate.newBuilder()
                .setEndpoint(candidate.endpoint())
                .setChosen(candidate.chosen())
                .setBecause(candidate.because())
                .build();
    }

    static Admin.Explanation explanation(Explanation message) {
        return new Admin.Explanation(
                message.getRule(),
                candidates(message.getCandidatesList()),
                candidates(message.getForwardersList()),
                message.getDoubtsList());
    }

    private static List<Admin.Candidate> candidates(List<Candidate> messages) {
        return messages.stream()
                .map(each -> new Admin.Candidate(each.getEndpoint(), each.getChosen(), each.getBecause()))
                .toList();
    }

    static NodeReport message(org.nsm4j.app.admin.NodeReport report) {
        var message = NodeReport.newBuilder()
                .setName(report.name())
                .setVersion(report.version())
                .setIdentity(report.identity())
                .setNow(time(report.now()));
        if (report.identityExpires() != null) {
            message.setIdentityExpires(time(report.identityExpires()));
        }
        for (var part : report.parts()) {
            message.addPartsBuilder()
                    .setName(part.name())
                    .setReady(part.ready())
                    .setText(part.text());
        }
        return message.build();
    }

    static org.nsm4j.app.admin.NodeReport report(NodeReport message) {
        return new org.nsm4j.app.admin.NodeReport(
                message.getName(),
                message.getVersion(),
                message.getIdentity(),
                timeIf(message.hasIdentityExpires(), message.getIdentityExpires()),
                time(message.getNow()),
                message.getPartsList().stream()
                        .map(part -> new org.nsm4j.app.admin.NodeReport.Part(
                                part.getName(), part.getReady(), part.getText()))
                        .toList());
    }

    static org.nsm4j.api.admin.Denial message(Admin.Denial denial) {
        return org.nsm4j.api.admin.Denial.newBuilder()
                .setAt(time(denial.at()))
                .setCaller(denial.caller())
                .setAsked(denial.asked())
                .setReason(denial.reason().name())
                .setHop(denial.hop())
                .setSentence(denial.sentence())
                .setTimes(denial.times())
                .build();
    }

    static Admin.Denial denial(org.nsm4j.api.admin.Denial message) {
        return new Admin.Denial(
                time(message.getAt()),
                message.getCaller(),
                message.getAsked(),
                Refusals.reason(message.getReason()),
                message.getHop(),
                message.getSentence(),
                message.getTimes());
    }
}
