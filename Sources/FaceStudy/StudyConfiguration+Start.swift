import FaceConfiguration

extension StudyConfiguration {
    /// Initial weights of networks instead of random ones.
    public struct Start: Codable, Sendable, Hashable {
        /// Initial class weights of identities without pretrained ones.
        public enum NewClasses: String, Codable, Sendable, CaseIterable {
            /// The mean direction of its images' embeddings by the untouched network.
            case mean
            /// Random weights.
            case random
        }

        /// A model, a run's or study's folder, or another program's weights; nil for random weights.
        public var from: String?
        /// Whether some of a network's tensors may be missing.
        public var isPartial: Bool
        /// Whether class weights are copied for identities of the same name.
        public var takesClasses: Bool
        /// The initial class weights of other identities.
        public var newClasses: NewClasses

        /// Creates options for starting from given weights.
        public init(
            from: String? = nil, isPartial: Bool = false, takesClasses: Bool = true,
            newClasses: NewClasses = .mean
        ) {
            self.from = from
            self.isPartial = isPartial
            self.takesClasses = takesClasses
            self.newClasses = newClasses
        }

        private enum CodingKeys: String, CodingKey {
            case from
            case isPartial = "partial"
            case takesClasses = "classes"
            case newClasses
        }
    }
}

extension StudyConfiguration.Start {
    /// The keys of the start.
    static let keys = ConfigurationKeys(
        Self(),
        [
            .optionalText(
                "from", \.from, flag: .init("--from", "FILE"),
                "weights to start from: a model, a run, a study, a `.pth`, TorchScript, ONNX, `.params` or safetensors"
            ),
            .flag("partial", \.isPartial, "whether the weights may be incomplete"),
            .flag(
                "classes", \.takesClasses,
                "whether class weights are matched by the identities' names"),
            .word(
                "newClasses", \.newClasses, flag: .init("--new-classes", "NAME"),
                "initial class weights of other identities: the mean embedding of up to 16 images, or random weights"
            ),
        ])
}
