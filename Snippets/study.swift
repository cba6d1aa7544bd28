//! A study from its configuration to its report.

// snippet.hide
import FaceReport
import FaceRuns
import FaceStudy
import FaceTraining
import FaceSynthesis
import Foundation

let home = FileManager.default.temporaryDirectory.appendingPathComponent("facet-\(UUID())")
let faces = home.appendingPathComponent("faces")
let set = try SyntheticSet(
    name: "few", identities: 12, imagesPerIdentity: .fixed(3), size: 64,
    pairs: .init(folds: 2, pairsPerFold: 6))
try BuiltInSet.write(set, to: faces, threads: 2) { _, _ in }
let folder = home.appendingPathComponent("study")
// snippet.show
var configuration = StudyPreset.quick.configuration
configuration.losses = ["softmax", "arcface:m=0.4"]
// snippet.hide
configuration.train = [.init(name: "few", images: faces.path)]
configuration.test = [
    .init(
        name: "pairs", images: faces.path,
        pairs: faces.appendingPathComponent("pairs.txt").path)
]
configuration.backbones = ["mobilenetv1:width=0.25"]
configuration.inputSize = 64
configuration.training.epochs = 1
configuration.training.batchSize = 8
// snippet.show
let study = try Study(configuration, folder: folder)
let outcome = try study.run(StudyControl(listener: { print($0) }))
// snippet.hide
precondition(outcome.finished == 2 && outcome.failed.isEmpty, "\(outcome)")
// snippet.show

for run in try StudyFolder(folder).runs() {
    let description = try run.readDescription()
    let accuracy = try run.readResult()?.tests.first?.accuracy
    print(description.identity.loss, accuracy ?? .nan)
}

try Report(study: folder).write()
// snippet.hide
precondition(
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("report/index.html").path))
try FileManager.default.removeItem(at: home)
