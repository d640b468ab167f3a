package org.nsm4j.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.nsm4j.core.chain.Element;
import org.nsm4j.core.schedule.LiveScheduler;

/**
 * The structure as docs/architecture.md describes it, held against the classes that are compiled here.
 *
 * <p>What only the sources show is in {@link SourcesTest}.
 */
class ArchitectureTest {
    /** Which modules a module may use, itself apart. Arrows point down only; think twice before adding one. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("api", Set.of()),
            Map.entry("core", Set.of()),
            Map.entry("linux", Set.of()),
            Map.entry("grpc", Set.of("api", "core", "linux")),
            Map.entry("store", Set.of("core")),
            Map.entry("identity", Set.of("api", "core", "grpc", "linux")),
            Map.entry("dataplane", Set.of("core", "linux")),
            // A workload is named by its namespace, so the public face speaks of linux too.
            Map.entry("sdk", Set.of("core", "linux", "grpc", "dataplane")),
            // The sdk speaks of the model, so what is written with it sees core too. Network functions configure the
            // kernel of the namespace that they forward in: tunnels, routes, filters.
            Map.entry("functions", Set.of("core", "linux", "sdk")),
            Map.entry("testkit", Set.of("core", "grpc", "dataplane")),
            Map.entry(
                    "app",
                    Set.of("api", "core", "linux", "grpc", "store", "identity", "dataplane", "sdk", "functions")));

    private static final Pattern MODULE = Pattern.compile("org\\.nsm4j\\.([a-z]+)\\b.*");
    private static final Set<String> EMPTY_NAMES =
            Set.of("internal", "impl", "util", "utils", "common", "helper", "helpers", "misc");
    private static final Pattern EMPTY_AFFIX =
            Pattern.compile("(Abstract|Default|Base)[A-Z].*|.*(Impl|Utils?|Helper|Info|Data)|.+Manager");

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar")) // fixtures of other modules
            .importPackages("org.nsm4j");

    /** Written by hand: what protoc generated follows its own rules. */
    private static final JavaClasses OURS = ALL.that(not(resideInAPackage("org.nsm4j.api..")));

    @Test
    void modules_use_only_the_modules_below_them() {
        assertThat(ALL.stream()
                        .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
                        .filter(ArchitectureTest::pointsUp)
                        .map(Dependency::getDescription))
                .isEmpty();
    }

    private static boolean pointsUp(Dependency dependency) {
        var from = module(dependency.getOriginClass());
        var to = module(dependency.getTargetClass());
        return !to.isEmpty()
                && !to.equals(from)
                && !MAY_USE.getOrDefault(from, Set.of()).contains(to);
    }

    @Test
    void every_class_belongs_to_a_module_of_the_table() {
        assertThat(ALL.stream().map(ArchitectureTest::module).distinct()).isSubsetOf(MAY_USE.keySet());
    }

    @Test
    void packages_of_a_module_form_no_cycle() {
        for (var module : MAY_USE.keySet()) {
            slices().matching("org.nsm4j." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(OURS);
        }
    }

    @Test
    void only_linux_ffi_touches_foreign_memory() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.nsm4j.linux.ffi..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void core_and_elements_wait_through_the_scheduler_alone() {
        noClasses()
                .that(mustUseTheScheduler())
                .should()
                .callMethodWhere(waitsOrReadsAClock())
                .check(OURS);
        noClasses()
                .that(mustUseTheScheduler())
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.util\\.concurrent\\.(locks\\..*|Semaphore|CountDownLatch|CyclicBarrier|Phaser|"
                                + "Exchanger|Executors?|ExecutorService|.*Executor|.*BlockingQueue|CompletableFuture)|java\\.util\\.Timer")
                .check(OURS);
        assertThat(OURS.that(mustUseTheScheduler()).stream()
                        .flatMap(c -> c.getMethods().stream())
                        .filter(m -> m.getModifiers().contains(JavaModifier.SYNCHRONIZED)))
                .isEmpty();
    }

    private static DescribedPredicate<JavaClass> mustUseTheScheduler() {
        return resideInAPackage("org.nsm4j.core..")
                .or(assignableTo(Element.class))
                .and(not(belongToAnyOf(LiveScheduler.class)))
                .as("belong to core or are elements");
    }

    private static DescribedPredicate<JavaCall<?>> waitsOrReadsAClock() {
        return DescribedPredicate.describe("waits or reads a clock without the scheduler", call -> {
            var owner = call.getTargetOwner();
            return switch (call.getName()) {
                case "now" -> owner.getPackageName().equals("java.time");
                case "currentTimeMillis", "nanoTime" -> owner.isEquivalentTo(System.class);
                case "sleep" -> owner.isEquivalentTo(Thread.class) || owner.isEquivalentTo(TimeUnit.class);
                case "start", "ofVirtual", "ofPlatform", "startVirtualThread", "join" ->
                    owner.isAssignableTo(Thread.class);
                case "get" -> owner.isAssignableTo(Future.class);
                case "wait", "notify", "notifyAll" -> owner.isEquivalentTo(Object.class);
                default -> false;
            };
        });
    }

    @Test
    void names_say_something() {
        assertThat(OURS.stream()
                        .map(JavaClass::getPackageName)
                        .distinct()
                        .filter(name -> List.of(name.split("\\.")).stream().anyMatch(EMPTY_NAMES::contains)))
                .as("packages")
                .isEmpty();
        assertThat(OURS.stream()
                        .map(JavaClass::getSimpleName)
                        .filter(name -> EMPTY_AFFIX.matcher(name).matches()))
                .as("classes")
                .isEmpty();
    }

    private static String module(JavaClass type) {
        var name = MODULE.matcher(type.getBaseComponentType().getPackageName());
        return name.matches() ? name.group(1) : "";
    }
}
