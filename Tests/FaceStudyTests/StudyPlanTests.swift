import FaceRuns
import FaceStudy
import FaceTraining
import Testing

@Suite("The plan of a study")
struct StudyPlanTests {
    private let configuration = StudyConfiguration(
        train: [.init(name: "a", images: "A"), .init(name: "b", images: "B")],
        test: [.init(name: "t", images: "T", pairs: "P")],
        losses: ["softmax", "marginal", "arcface:m=0.40,s=32"], seeds: [1, 2])

    @Test("Every cell with every seed, the seeds outermost")
    func grid() throws {
        let runs = try StudyPlan(configuration).runs
        #expect(runs.count == 2 * 2 * 3 * 2)
        #expect(runs.prefix(12).allSatisfy { $0.identity.seed == 1 })
        #expect(Set(runs.map(\.folderName)).count == runs.count)
    }

    @Test("Names are canonical, and each loss has its sampler")
    func identities() throws {
        let identities = try StudyPlan(configuration).runs.prefix(3).map(\.identity)
        #expect(identities.map(\.loss) == ["softmax", "marginal", "arcface:m=0.4,s=32"])
        #expect(identities.map(\.sampler) == ["shuffle", "pk:32x4", "shuffle"])
    }

    @Test("One sampler can be forced on all losses")
    func forcedSampler() throws {
        var configuration = configuration
        configuration.sampler = "pk:16x8"
        let runs = try StudyPlan(configuration).runs
        #expect(runs.allSatisfy { $0.identity.sampler == "pk:16x8" })
    }

    @Test("Folder names have nothing that a file system dislikes")
    func folderNames() throws {
        var configuration = configuration
        configuration.train[0].name = "my set: ü"
        let name = try #require(try StudyPlan(configuration).runs.first).folderName
        #expect(!name.contains("/") && !name.contains(":") && !name.contains(" "))
    }

    private static let refusals: [(String, @Sendable (inout StudyConfiguration) -> Void)] = [
        ("the study has no training set; give at least one", { $0.train = [] }),
        ("the study has no loss; give at least one", { $0.losses = [] }),
        ("the study has no seed; give at least one", { $0.seeds = [] }),
        ("'a' occurs twice in train; give each once", { $0.train[1].name = "a" }),
        (
            "'A' is not a valid training set name; it must be a name that differs from 'a' in more "
                + "than upper and lower case, since files are named after both",
            { ($0.train[0].name, $0.train[1].name) = ("A", "a") }
        ),
        (
            "'../x' is not a valid training set name; it must be a name that is not empty, does "
                + "not start with a dot or a space, does not end with a space, and does not contain "
                + "'/', '\\' or ','",
            { $0.train[0].name = "../x" }
        ),
        (
            "'a/b' is not a valid test set name; it must be a name that is not empty, does "
                + "not start with a dot or a space, does not end with a space, and does not contain "
                + "'/', '\\' or ','",
            { $0.test[0].name = "a/b" }
        ),
        (
            "'' is not a valid test set name; it must be a name that is not empty, does "
                + "not start with a dot or a space, does not end with a space, and does not contain "
                + "'/', '\\' or ','",
            { $0.test[0].name = "" }
        ),
        (
            "'softmax' occurs twice in losses; give each once",
            { $0.losses = ["softmax", "softmax"] }
        ),
        ("'1' occurs twice in seeds; give each once", { $0.seeds = [1, 1] }),
        (
            "training.epochs: it must be a whole number from 1 to 100000, but it is 0",
            { $0.training.epochs = 0 }
        ),
        (
            "training.batchSize: it must be a whole number from 2 to 1000000, but it is "
                + "1000000000000000",
            { $0.training.batchSize = 1_000_000_000_000_000 }
        ),
        (
            "inputSize: it must be a whole number from 16 to 1024 pixels, but it is 10000000000",
            { $0.inputSize = 10_000_000_000 }
        ),
        (
            "evaluation.batchSize: it must be a whole number from 1 to 1000000, but it is 0",
            { $0.evaluation.batchSize = 0 }
        ),
        (
            "validation.identities: it must be a number from 0 to 0.5, but it is 0.7",
            { $0.validation.identities = 0.7 }
        ),
        (
            "losses[1]: unknown loss 'arcfce'; did you mean 'arcface'?",
            { $0.losses = ["softmax", "arcfce"] }
        ),
        (
            "'arcface' occurs twice in losses; give each once",
            { $0.losses = ["arcface", "ArcFace:margin=0.5"] }
        ),
    ]

    @Test("What cannot be planned is one sentence", arguments: 0..<refusals.count)
    func refused(_ index: Int) {
        let (message, change) = Self.refusals[index]
        var configuration = configuration
        change(&configuration)
        let error = #expect(throws: (any Error).self) { _ = try StudyPlan(configuration) }
        #expect(error.map { "\($0)" } == message)
    }
}
