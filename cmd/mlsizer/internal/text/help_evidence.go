package text

var calibrateLong = T(`Calibrate fits constants of the step time to measured runs: three of your own
already sharpen the estimates for your stack and device. Without --fit it adds
an entry for each stack and device of the file, with one constant for every
three rows, and takes back what so few rows would gain by chance. The fit is by
least squares of log(predicted/measured) with Huber's loss, bounded, and always
the same for the same rows. With --refit it fits all that measurements decide in
the file of constants at once and makes its bands, as the program's own was made
(of the shipped measurements, without --from), and --leave-out says which rows
each of the fits that score it does not see together. A file of serving
measurements fits the constants of serving in the same way.`, `Calibrate 按实测的训练拟合单步时间的常数：自有的三条记录就能使训练框架与设备
的估计更准。不给 --fit 时，对文件中的每个训练框架与设备各加一项，每三行拟合
一个常数，并扣除这样少的行可能偶然得到的改进。拟合采用 log(预测/实测) 的
最小二乘与 Huber 损失，有界，同样的行总得到同样的结果。用 --refit 时一次拟合
常数文件中由实测决定的全部常数，并生成其区间，与程序自带常数的做法相同
（不给 --from 时用内置的实测）；--leave-out 说明为之评分的各次拟合一同
不看的行。推理实测的文件以同样方式拟合推理常数。`)
