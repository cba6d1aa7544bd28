// Writes small.dat: a network of the layers that dlib's face network has, by dlib itself.
//
//   c++ -std=c++17 -DDLIB_NO_GUI_SUPPORT -I dlib-19.24.9 make_dlib.cpp dlib-19.24.9/dlib/all/source.cpp \
//       -lpthread -o make_dlib && ./make_dlib small.dat
//
// Element number i, from 0, of the parameters of the convolution or linear map number l, from the image, is
// l + i / 64.
#include <dlib/dnn.h>

using namespace dlib;

template <template <typename> class NORM, typename SUBNET>
using block = NORM<con<2, 3, 3, 1, 1, relu<NORM<con<2, 3, 3, 2, 2, SUBNET>>>>>;
template <template <typename> class NORM, typename SUBNET>
using down = add_prev2<avg_pool<2, 2, 2, 2, skip1<tag2<block<NORM, tag1<SUBNET>>>>>>;
template <template <typename> class NORM>
using network = loss_metric<fc_no_bias<3, avg_pool_everything<relu<
    down<NORM, max_pool<3, 3, 2, 2, relu<NORM<con<2, 3, 3, 2, 2, input_rgb_image_sized<32>>>>>>>>>>;

int main(int, char **arguments) {
  network<affine> net;
  matrix<rgb_pixel> image(32, 32);
  assign_all_pixels(image, rgb_pixel(1, 2, 3));
  std::vector<matrix<rgb_pixel>> images(1, image);
  resizable_tensor batch;
  net.to_tensor(images.begin(), images.end(), batch);
  net.forward(batch);
  size_t layer = 0;
  // Visited from the last layer to the first: their number is counted before.
  visit_layer_parameters(net, [&](size_t, tensor &values) { layer += values.size() > 0; });
  visit_layer_parameters(net, [&](size_t, tensor &values) {
    if (values.size() == 0) return;
    --layer;
    for (size_t i = 0; i < values.size(); ++i) values.host()[i] = layer + i / 64.0f;
  });
  net.clean();
  serialize(arguments[1]) << net;
}
