import FaceConfiguration
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Testing

@testable import FaceStudy

/// What a person reads before a study is run.
@Suite("What a study says before it is run")
struct StudyTextTests {
    private func cell(_ runs: Int, _ seconds: Double, tries: Int? = nil) -> StudyEstimate.Cell {
        var cell = StudyEstimate.Cell(
            trainSet: "casia", backbone: "resnet18", runs: runs, secondsEach: seconds,
            memory: 2_340_000_000)
        cell.tries = tries
        if tries != nil {
            (cell.triedImages, cell.secondsEachTriedEpoch, cell.secondsOfTries) = (1500, 2, 240)
        }
        return cell
    }

    private let power = StudyPower(StudyConfiguration(), pairs: [])

    @Test("An estimate has a line a cell, and the time of runs and tries together")
    func estimate() {
        let estimate = StudyEstimate(
            cells: [cell(1, 30), cell(3, 600, tries: 8), cell(2, 45, tries: 0)], power: power)
        #expect(
            estimate.text
                == """
                resnet18 on casia: 1 run of about 30 s, 2.3 GB of memory
                resnet18 on casia: 3 runs of about 10 min each, 2.3 GB of memory; before that 8 tries, \
                1,500 images, about 4 min
                resnet18 on casia: 2 runs of about 45 s each, 2.3 GB of memory
                total: about 40 min
                """)
        // 30 + 3 600 + 240 + 2 45 + 240.
        #expect(estimate.seconds == 30 + 1800 + 240 + 90 + 240)
        #expect(StudyEstimate(cells: [], power: power).text == "there is nothing left to run")
    }

    private func run(
        _ state: StudyPreview.State, added: [String]? = nil, problem: String? = nil
    ) -> StudyPreview.Run {
        StudyPreview.Run(
            name: "n", trainSet: "casia", backbone: "resnet18", loss: "arcface",
            sampler: "shuffle", seed: 7, state: state, addedTests: added, problem: problem)
    }

    @Test("A preview says of each run where it stands")
    func preview() {
        let preview = StudyPreview(
            runs: [
                run(.new), run(.begun), run(.finished), run(.finished, added: ["lfw"]),
                run(.begun, problem: "no"),
            ], problems: [])
        let rest = "resnet18 on casia with arcface, shuffle, seed 7"
        #expect(
            preview.text.split(separator: "\n").map(String.init) == [
                "new         \(rest)", "resumes     \(rest)", "finished    \(rest)",
                "tests       \(rest)", "impossible  \(rest)",
            ])
        var both = preview
        both.estimate = StudyEstimate(cells: [cell(1, 30)], power: power)
        #expect(
            both.text
                == preview.text + "\n" + (both.estimate?.text ?? "") + "\n"
                + (both.estimate?.power.text ?? ""))
    }

    @Test("A cell of a tuning says what it spends, what is tuned, and its tries")
    func tuning() throws {
        let range = try #require(SearchRange(0.0125, 0.4, .logarithmic))
        var item = TuningTry(
            index: 1, rung: 1, values: ["m": 0.41236, "learningRate": 0.05], loss: "arcface:m=0.41",
            learningRate: 0.05, weightDecay: 0, seed: 0, epochs: 2, folder: "")
        item.state = .finished
        item.accuracy = 0.75
        var cell = TuningCell(
            trainSet: "casia", backbone: "resnet18", loss: "arcface", resolvedLoss: "arcface",
            lossTitle: "ArcFace", sampler: "shuffle",
            space: [
                TunedParameter(
                    name: "learningRate", symbol: "η", unit: "", range: range, defaultValue: 0.1)
            ], fixed: [],
            budget: TuningBudget(
                tries: 4, epochs: 1, imagesEach: 1000,
                rungs: [.init(tries: 4, epochs: 1), .init(tries: 1, epochs: 2)]),
            validation: TuningValidation(identities: 40, pairs: 2000, standardError: 0.0067))
        cell.tries = [item]
        let lines = cell.text.split(separator: "\n").map(String.init)
        #expect(
            lines[0]
                == "arcface, resnet18 on casia: 4 tries of 1 epoch, then 1 try of 2 epochs, 6,000 "
                + "images, scored on 2,000 pairs of 40 held-out identities (standard error 0.7 "
                + "points at 90 %)")
        #expect(lines[1] == "  learningRate over \(range.text)")
        #expect(lines[2] == "  try 1: learningRate 0.05, m 0.4124 (2 epochs): 75.00 %")
        #expect(item.valuesText == "learningRate 0.05, m 0.4124")
    }

    // MARK: Refusals

    private func refusal(_ path: String, key: String = "peak") -> FaceStudyError {
        .differentConfiguration(path: path, key: key, stored: "0.1", asked: "0.2")
    }

    @Test("What holds for many runs is said once, and of how many")
    func refusals() throws {
        let configuration = StudyConfiguration(
            train: [.init(name: "a", images: "a")], backbones: ["mobilenetv1"],
            losses: ["softmax"], seeds: [1, 2, 3])
        let runs = try StudyPlan(configuration).runs
        var all = RunRefusals(runs: 3)
        for run in runs { all.add(refusal("/x/\(run.folderName)"), of: run) }
        #expect(
            all.sentences == [
                "the output folder holds all 3 runs with a different configuration (peak was 0.1, "
                    + "now 0.2); choose another --output, or remove their folders to retrain"
            ])
        var some = RunRefusals(runs: 3)
        for run in runs.prefix(2) { some.add(refusal("/x/\(run.folderName)"), of: run) }
        some.add(refusal("/x/c", key: "epochs"), of: runs[2])
        some.add(FaceTrainingError.tooFewImages(images: 3, batchSize: 4), of: runs[0])
        some.add(FaceTrainingError.tooFewImages(images: 3, batchSize: 4), of: runs[1])
        #expect(some.sentences.count == 3)
        #expect(
            some.sentences[0].contains(
                "holds 2 of the 3 runs (the first is '\(runs[0].folderName)') with"))
        #expect(some.sentences[1] == refusal("/x/c", key: "epochs").description)
        #expect(some.sentences[2].hasPrefix("'a': 3 training images"))
    }

    @Test("Only errors that would come again stop a study for good")
    func forGood() {
        #expect(RunRefusals.isPermanent(refusal("/x")))
        #expect(RunRefusals.isPermanent(FaceStudyError.start(reason: "r")))
        #expect(RunRefusals.isPermanent(FaceTrainingError.tooFewImages(images: 1, batchSize: 2)))
        #expect(!RunRefusals.isPermanent(FaceStudyError.notFinished(path: "p")))
        #expect(!RunRefusals.isPermanent(FaceRunsError.missingFile(path: "p")))
    }

    // MARK: Environments

    @Test("Only what both environments say is compared, and named with both values")
    func environments() {
        let one = RunEnvironment(
            facet: "1", commit: "", libtorch: "2.9", system: "s", processor: "p",
            processorFeatures: ["a", "b"], threads: 2, memory: 1, device: "cpu",
            precision: "float32", memoryFormat: "contiguous")
        var other = one
        #expect(one.differences(from: other).isEmpty)
        (other.commit, other.system, other.memory) = ("c", "t", 2)
        other.kernels = "avx2"
        #expect(one.differences(from: other).isEmpty)
        (other.threads, other.processorFeatures) = (4, ["a"])
        let found = one.differences(from: other)
        #expect(found.map(\.what) == ["set of vector features", "number of threads"])
        #expect(found.map(\.mine) == ["a b", "2"] && found.map(\.theirs) == ["a", "4"])
        #expect(found[1].sentence == "number of threads ('2', before '4')")
    }

    // MARK: Ranges

    @Test("A range is spread as the loss has it, or as is said behind it")
    func ranges() throws {
        func choices(_ text: String) throws -> [String: SearchSpaceText.Choice] {
            try SearchSpaceText(parsing: text).choices
        }
        func range(_ lower: Double, _ upper: Double, _ scale: SearchScale) throws
            -> SearchSpaceText.Choice
        {
            .range(try #require(SearchRange(lower, upper, scale)))
        }
        #expect(
            try choices("arcface:m=0.2..0.6,s=off") == ["m": range(0.2, 0.6, .linear), "s": .off])
        #expect(try choices("arcface:S=16..64 LOG") == ["s": range(16, 64, .logarithmic)])
        #expect(try choices("arcface:s=16..64 linear") == ["s": range(16, 64, .linear)])
        #expect(try choices("subcenter:k=1..3") == ["k": range(1, 3, .integer)])
        let all = try SearchSpaceText(parsing: "all:learningrate=0.01..1,weightDecay=OFF")
        #expect(all.descriptor == nil)
        #expect(
            try all.choices == [
                "learningRate": range(0.01, 1, .logarithmic), "weightDecay": .off,
            ])
        #expect(throws: FaceStudyError.self) { try choices("arcface:m=0.2..0.6 linear log") }
        #expect(throws: FaceStudyError.self) { try choices("arcface:m=0.2..0.6..0.8") }
    }

    @Test("Rates are tried from an eighth to four times the study's own, decays tenfold both ways")
    func shared() {
        #expect(SharedParameters.learningRates(around: 0.8) == SearchRange(0.1, 3.2, .logarithmic))
        let decays = SharedParameters.weightDecays(around: 0.5)
        #expect(decays?.lower == 0.05 && decays?.upper == 5 && decays?.scale == .logarithmic)
        #expect(
            SharedParameters.weightDecays(around: 0) == SearchRange(1e-5, 1e-3, .logarithmic))
    }
}
