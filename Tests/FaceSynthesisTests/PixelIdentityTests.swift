import FaceSynthesis
import SafeFiles
import Testing

/// A changed hash means that built-in studies made before and after are of different pictures:
/// raise ``FaceRenderer/version`` with it.
@Suite("The built-in faces are the same pixels on every machine")
struct PixelIdentityTests {
    static let known: [(set: SyntheticSet, place: Int, size: Int, hash: String)] = [
        (
            .cleanTraining, 0, 112,
            "2833fdb3a355a34b339aafc4016518b98f4d869f0b605c7fadaa4d337336a2f7"
        ),
        (
            .cleanTraining, 1777, 112,
            "30ad56ac0e4191eeb71e9cd14029365522b59c8b01f4d9f3ef65f58cde4c3d70"
        ),
        (
            .wildTraining, 5, 112,
            "fa33d41495e2438efb44e141b5bca32e06ce7deb272c63bc7f28ae5435a5ed11"
        ),
        (
            .wildTraining, 2000, 64,
            "14f789c98aab02985b759cf7d857728d4b0fc583bac8142e075b007b2aec5136"
        ),
        (
            .verification, 12, 112,
            "e2f4bef493b5e61d86cb7ee03a0025de16d264c02eb2f0f2682df0abd86c4937"
        ),
        (
            .verification, 1499, 96,
            "6a341995cbd31e5979264f7f0e9191e73224b5641b95cc1cd8f52e84321be884"
        ),
    ]

    @Test("Stored hashes", arguments: known)
    func hashes(_ set: SyntheticSet, place: Int, size: Int, hash: String) throws {
        let plan = try SyntheticPlan(set)
        let image = Array(plan.folders.joined())[place]
        let pixels = FaceRenderer().render(
            identity: plan.identity(of: image), view: plan.view(of: image), size: size)
        #expect(SHA256.hexDigest(of: pixels) == hash, "\(set.name), image \(place), \(size) pixels")
    }
}
