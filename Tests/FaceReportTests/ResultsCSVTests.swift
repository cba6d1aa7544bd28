import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct ResultsCSVTests {
    @Test func hasOneRowARun() throws {
        let sample = SampleStudy(
            seeds: [1, 2], pairs: 60, epochs: 6, failed: ["resnet50 casia arcface 2"],
            unfinished: ["resnet50 casia softmax 1": 2])
        try inTemporaryFolder { folder throws in
            try sample.write(to: folder)
            let rows = try CSVTable.rows(Report(study: folder).render().csv.utf8).map(\.fields)
            #expect(rows.count == 41)
            #expect(
                Array(rows[0].prefix(11)) == [
                    "train_set", "backbone", "loss", "sampler", "seed", "epochs", "best_epoch",
                    "train_accuracy", "test_accuracy", "test_accuracy_std", "images_per_second",
                ])
            #expect(Set(rows.map(\.count)) == [rows[0].count])
            #expect(Set(rows[0]).count == rows[0].count)
            let failed = try #require(row(rows, "arcface", "2"))
            #expect(failed["status"] == "failed")
            #expect(failed["epochs"] == "2")
            for column in ["train_accuracy", "test_accuracy", "best_epoch", "auc", "threshold"] {
                #expect(failed[column] == "", "\(column)")
            }
            #expect(failed["message"]?.hasPrefix("The loss became NaN") == true)
            #expect(try #require(row(rows, "softmax", "1"))["status"] == "unfinished")
            try expectResult(in: #require(row(rows, "amsoftmax", "1")), StudyFolder(folder))
        }
    }

    @Test func hasAColumnOfEachFurtherTestSet() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try PlainRun(loss: "softmax", seed: 1, pairs: 400, further: ["w": 0.75, "x": 0.5])
                .write(accuracy: 0.875, to: study)
            try PlainRun(loss: "arcface", seed: 1, pairs: 400, further: ["w": 0.625, "x": 1])
                .write(accuracy: 0.25, to: study)
            let rows = try CSVTable.rows(Report(study: folder).render().csv.utf8).map(\.fields)
            try #require(rows.count == 3)
            let found = rows.dropFirst().map { fields in
                let row = Dictionary(zip(rows[0], fields), uniquingKeysWith: { a, _ in a })
                return ["loss", "test_accuracy", "test_accuracy:w", "test_accuracy:x"].map {
                    row[$0] ?? "no column"
                }
            }
            #expect(
                found == [
                    ["softmax", "0.875", "0.75", "0.5"], ["arcface", "0.25", "0.625", "1.0"],
                ])
            #expect(!rows[0].contains("test_accuracy:v"))
        }
    }

    /// The first row of ResNet50 on casia with a loss and a seed, by column.
    private func row(_ rows: [[String]], _ loss: String, _ seed: String) -> [String: String]? {
        rows.dropFirst().map { Dictionary(zip(rows[0], $0), uniquingKeysWith: { a, _ in a }) }
            .first {
                $0["loss"] == loss && $0["seed"] == seed && $0["backbone"] == "resnet50"
                    && $0["train_set"] == "casia"
            }
    }

    private func expectResult(in row: [String: String], _ study: StudyFolder) throws {
        let run = study.run(named: "resnet50__casia__amsoftmax__1")
        let result = try #require(try run.readResult())
        let epochs = try run.readEpochs()
        let accuracies = epochs.map { $0.tests[0].accuracy }
        let best = try #require(accuracies.max())
        #expect(Double(row["test_accuracy"] ?? "") == result.tests[0].accuracy)
        #expect(Double(row["train_accuracy"] ?? "") == result.trainAccuracy)
        #expect(Double(row["images_per_second"] ?? "") == result.imagesPerSecond)
        #expect(row["best_epoch"] == accuracies.firstIndex(of: best).map { "\($0 + 1)" })
        #expect(row["parameters"] == "43590976")
        #expect(row["test_set"] == "lfw")
        #expect(row["status"] == "finished")
    }
}
