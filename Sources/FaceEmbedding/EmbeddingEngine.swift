/// An inference engine other than LibTorch that can run Facet's networks.
public protocol EmbeddingEngine: Sendable {
    /// Its name, which identifies the embeddings that it computed.
    var name: String { get }

    /// The same network run by the engine; everything else known about it stays the same.
    ///
    /// - Parameters:
    ///   - network: A network that LibTorch runs, from a file that is not a TorchScript program.
    ///   - options: How it is run.
    /// - Throws: An error if the engine cannot run the network, or its results differ.
    func replacing(
        _ network: EmbeddingNetwork, _ options: EmbeddingOptions
    ) throws -> EmbeddingNetwork
}
