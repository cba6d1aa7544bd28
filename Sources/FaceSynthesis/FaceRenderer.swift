/// Renders a ``FaceIdentity`` in a ``FaceView``.
///
/// The head is a three-dimensional surface that is rotated, rasterised with a depth buffer, lit,
/// and framed like face recognition crops: by the least-squares similarity transform of eyes, nose
/// and mouth to the standard template. The result depends only on the arguments, and is bitwise the
/// same on every machine.
///
/// A renderer keeps its memory and the last person's skin between calls; rendering a person's
/// pictures in succession is fastest. Use one renderer per thread.
///
/// ```swift
/// let renderer = FaceRenderer()
/// let person = FaceIdentity(seed: 1, index: 0)
/// let view = FaceView(seed: 1, identity: 0, image: 0)
/// let rgb = renderer.render(identity: person, view: view, size: 112)
/// ```
public final class FaceRenderer {
    /// Version of the appearance, increased whenever the same arguments give other pixels.
    static let version = 2
    /// Supported widths of a picture, in pixels.
    static let sizes = 16...512

    private let mesh = MeshBuffer()
    private var raster = Rasteriser(side: 224)
    private var pixels = PixelBuffer(count: 112 * 112)
    private var spare = PixelBuffer(count: 112 * 112)
    private var model: HeadModel?

    /// Creates a renderer with its own buffers.
    public init() {}

    /// Renders one picture.
    ///
    /// - Parameters:
    ///   - identity: The person.
    ///   - view: Pose, light, expression and so on.
    ///   - size: Width and height in pixels; clamped to ``sizes``.
    /// - Returns: `size` × `size` × 3 bytes: red, green, blue, row by row from the top.
    public func render(identity: FaceIdentity, view: FaceView, size: Int = 112) -> [UInt8] {
        let size = min(max(size, Self.sizes.lowerBound), Self.sizes.upperBound)
        prepare(size)
        let model = prepared(identity)
        return [UInt8](unsafeUninitializedCapacity: size * size * 3) { bytes, count in
            guard let base = bytes.baseAddress else { return }
            NoiseField.shared.withSampler { noise in
                draw(model, view, size, noise)
            }
            CameraEffects(camera: view.camera, size: size)
                .develop(pixels.start, spare: spare.start, into: base)
            count = size * size * 3
        }
    }

    private func prepare(_ size: Int) {
        guard raster.side != size * 2 else { return }
        raster = Rasteriser(side: size * 2)
        pixels = PixelBuffer(count: size * size)
        spare = PixelBuffer(count: size * size)
    }

    private func prepared(_ identity: FaceIdentity) -> HeadModel {
        if let model, model.identity == identity { return model }
        let made = HeadModel(identity)
        model = made
        return made
    }

    private func draw(_ model: HeadModel, _ view: FaceView, _ size: Int, _ noise: NoiseSampler) {
        let style = HairStyle(model.identity, view)
        let strands = StrandMask(noise: noise, origin: style.strandOrigin, curl: style.curl)
        let head = HeadMesh(model, view, style)
        build(head, noise)
        let projection = Projection(landmarks: head.landmarks(), view: view, side: size * 2)
        mesh.project(projection)
        raster.draw(mesh, strands: strands)
        let light = Illumination(view.lighting)
        model.atlas.withSampler { skin in
            let shader = FaceShader(
                mesh: mesh, light: light, skin: skin, strands: strands,
                eyes: EyePainter(model.identity, view.expression, light: light.keyDirection),
                mouth: MouthPainter(model.identity, view, head.mouth),
                palette: FaceShader.Palette(model.identity, view, style),
                occlusion: view.occlusion)
            let backdrop = BackdropPainter(view.backdrop, noise)
            Resolver(
                mesh: mesh, raster: raster, shader: shader, backdrop: backdrop, view: view,
                scale: projection.scale
            ).resolve(into: pixels.start)
        }
        BarPainter(bars: view.occlusion.bars, light: light).paint(pixels.start, size: size)
    }

    private func build(_ head: HeadMesh, _ noise: NoiseSampler) {
        mesh.removeAll()
        head.append(to: mesh)
        BodyMesh(model: head.model).append(to: mesh)
        let hat = head.view.occlusion.hat
        HairMesh(model: head.model, style: head.style, hat: hat, noise: noise).append(to: mesh)
        if let glasses = head.view.occlusion.glasses {
            let worn = GlassesMesh(glasses, head.model)
            worn.appendFrame(to: mesh)
            worn.appendLenses(to: mesh)
        }
    }
}

/// A buffer of linear light.
private final class PixelBuffer {
    let start: UnsafeMutablePointer<SIMD4<Float>>

    init(count: Int) {
        start = .allocate(capacity: count)
        start.initialize(repeating: .zero, count: count)
    }

    deinit { start.deallocate() }
}
