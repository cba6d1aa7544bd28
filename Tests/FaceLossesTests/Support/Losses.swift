import FaceLosses
import Torch

/// The losses of this module, without those that other tests register.
enum Losses {
    static let descriptors = LossCatalogue.descriptors.filter { !$0.name.hasPrefix("test-") }
    static let names = descriptors.map(\.name)
    /// The losses, and every preset of them.
    static let all = descriptors.flatMap { [$0.name] + $0.presets.map(\.name) }
    /// Losses that are added to others.
    static let terms = descriptors.filter(\.joinsClassification)
    /// Losses with class weights of which only the direction counts.
    static let angular =
        LossCatalogue.all.filter { $0 is any AngularMarginLoss.Type }
        .map { $0.descriptor.name } + ["coco", "sphereface2", "uniface"]
}
