public import Torch

/// Every loss, by name.
public enum LossCatalogue {
    /// All losses, in the order in which tables show them.
    public static var all: [any FaceLoss.Type] {
        [
            SoftmaxLoss.self, ASoftmaxLoss.self, AMSoftmaxLoss.self, ArcFaceLoss.self,
            MarginalLoss.self,
        ]
    }

    /// All names.
    public static var names: [String] { all.map { $0.descriptor.name } }

    /// The loss of a name.
    public static func type(named name: String) -> (any FaceLoss.Type)? {
        all.first { $0.descriptor.name == name }
    }

    /// Makes a loss with fresh class weights.
    ///
    /// - Throws: ``FaceLossesError`` when the name is unknown or there are too few classes.
    public static func make(
        _ specification: LossSpecification, classes: Int, embeddingSize: Int,
        initial: InitialWeights
    ) throws(FaceLossesError) -> any FaceLoss {
        guard let type = type(named: specification.name) else {
            throw .unknownLoss(name: specification.name, hint: "")
        }
        guard classes >= 2 else {
            throw .tooFewClasses(loss: specification.name, classes: classes)
        }
        return type.init(
            LossSetup(
                specification, type.descriptor, classes: classes, embeddingSize: embeddingSize,
                initial: initial))
    }
}
