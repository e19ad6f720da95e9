package catalog

import (
	"fmt"

	"mlsizer/sizing/model"
)

// network returns the model of a Go constructor.
func network(name string) (*model.Model, error) {
	switch name {
	case "lenet-5":
		return leNet(), nil
	case "alexnet":
		return alexNet(), nil
	case "vgg-11":
		return vgg(1, 1, 2, 2, 2), nil
	case "vgg-13":
		return vgg(2, 2, 2, 2, 2), nil
	case "vgg-16":
		return vgg(2, 2, 3, 3, 3), nil
	case "vgg-19":
		return vgg(2, 2, 4, 4, 4), nil
	case "googlenet":
		return googLeNet(), nil
	case "inception-v3":
		return inceptionV3(), nil
	case "resnet-18":
		return resNet(basicBlock, 2, 2, 2, 2), nil
	case "resnet-34":
		return resNet(basicBlock, 3, 4, 6, 3), nil
	case "resnet-50":
		return resNet(bottleneck(64, 1), 3, 4, 6, 3), nil
	case "resnet-101":
		return resNet(bottleneck(64, 1), 3, 4, 23, 3), nil
	case "resnet-152":
		return resNet(bottleneck(64, 1), 3, 8, 36, 3), nil
	case "resnext-50-32x4d":
		return resNet(bottleneck(128, 32), 3, 4, 6, 3), nil
	case "wide-resnet-50-2":
		return resNet(bottleneck(128, 1), 3, 4, 6, 3), nil
	case "retinanet-resnet-50":
		return retinaNet(91, bottleneck(64, 1), 3, 4, 6, 3), nil
	case "retinanet-resnext-50":
		return retinaNet(264, bottleneck(128, 32), 3, 4, 6, 3), nil
	case "mobilenet-v2":
		return mobileNetV2(), nil
	case "efficientnet-b0":
		return efficientNetB0(), nil
	case "densenet-121":
		return denseNet(6, 12, 24, 16), nil
	case "densenet-169":
		return denseNet(6, 12, 32, 32), nil
	case "squeezenet-1.0":
		return squeezeNet(), nil
	case "convnext-tiny":
		return convNeXt(96, 3, 3, 9, 3), nil
	case "convnext-small":
		return convNeXt(96, 3, 3, 27, 3), nil
	case "convnext-base":
		return convNeXt(128, 3, 3, 27, 3), nil
	case "convnext-large":
		return convNeXt(192, 3, 3, 27, 3), nil
	case "dqn":
		return dqn(), nil
	case "a3c-ff":
		return a3c(false), nil
	case "a3c-lstm":
		return a3c(true), nil
	case "alphago-zero-20":
		return alphaGoZero(19), nil
	case "alphago-zero-40":
		return alphaGoZero(39), nil
	case "sd-1.5-unet":
		return unet(sd15), nil
	case "sdxl-unet":
		return unet(sdxl), nil
	}
	return nil, fmt.Errorf("no network %q", name)
}
