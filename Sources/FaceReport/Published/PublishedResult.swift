/// An accuracy that others published: context, never a result of a study.
struct PublishedResult: Hashable, Sendable {
    /// The epoch of the model that a figure is of.
    enum Epoch: String, Sendable {
        /// The last one, or the only one that was tested.
        case last
        /// The best one, chosen on the test set: optimistic.
        case bestOnTest = "best on the test set"
        /// It is not stated.
        case unstated = "not stated"
    }

    /// The project or the paper.
    let source: String
    let network: String
    /// The training set.
    let trained: String
    /// The loss, with its constants if several were published.
    let loss: String
    /// Accuracy on LFW, in percent, as stated.
    let lfw: String
    /// Accuracy on CFP-FP, in percent; nil if it is not stated.
    var cfpFP: String?
    /// Accuracy on AgeDB-30, in percent; nil if it is not stated.
    var ageDB: String?
    /// The protocol of the test on LFW.
    let testing: String
    /// The model's epoch.
    let epoch: Epoch
    /// Name of the recipe whose figures these are; nil if there is none.
    var recipe: String?
}

/// Angles that others published, in degrees.
struct PublishedAngles: Hashable, Sendable {
    let quantity: String
    /// Angles for the ``losses``; nil if undefined.
    let degrees: [Double?]

    /// The losses of the columns.
    static let losses = ["Norm-Softmax", "ArcFace", "+ Intra", "+ Inter", "Triplet"]
    /// ArcFace (CVPR 2019), Table 3: IResNet-50 on CASIA-WebFace.
    static let arcFace = [
        PublishedAngles(
            quantity: "class weight to the centre of its class, CASIA",
            degrees: [44.26, 14.29, 8.83, 46.85, nil]),
        PublishedAngles(
            quantity: "class weight to the nearest class weight",
            degrees: [69.66, 71.61, 31.34, 75.66, nil]),
        PublishedAngles(
            quantity: "image to the centre of its class, CASIA",
            degrees: [50.50, 38.45, 17.50, 52.74, 41.19]),
        PublishedAngles(
            quantity: "centre to the nearest centre, CASIA",
            degrees: [59.23, 65.83, 24.07, 62.40, 50.23]),
        PublishedAngles(
            quantity: "image to the centre of its person, LFW",
            degrees: [33.97, 28.05, 12.94, 35.38, 27.42]),
        PublishedAngles(
            quantity: "centre to the nearest centre, LFW",
            degrees: [65.60, 66.55, 26.28, 67.90, 55.94]),
    ]
}
